import { useTranslations } from "next-intl";
import Link from "next/link";
import { Bars } from "@/app/_components/ui/bars";
import { Empty } from "@/app/_components/ui/empty";
import { Plate } from "@/app/_components/ui/plate";
import { Share } from "@/app/_components/ui/share";
import { Sheet } from "@/app/_components/ui/sheet";
import type { HostConsumption } from "@/lib/city-nodes/client";

/** Who keeps the processor busy, at a glance. */
export function TopConsumers({ consumption: { top, sum, process } }: Readonly<{ consumption: HostConsumption }>) {
  const t = useTranslations("admin.hosts");
  return (
    <Sheet title={t("top")} foot={t.rich("topFoot", { part: () => <Share value={sum.share} />, whole: () => <Share value={process.share} /> })}>
      {top.length === 0 ? (
        <Empty title={t("topNone")}>{t("topNoneText")}</Empty>
      ) : (
        <Bars
          label={t("top")}
          items={top.map(({ cityNode, chain, share }) => ({
            key: `${cityNode}/${chain}`,
            label: (
              <Link href={`?search=${chain}`} className="inline-flex items-center gap-2">
                <Plate code={cityNode} />
                {chain}
              </Link>
            ),
            value: <Share value={share} />,
            size: share,
          }))}
        />
      )}
    </Sheet>
  );
}
