import { useTranslations } from "next-intl";
import Link from "next/link";
import { CopyLine } from "@/app/_components/ui/copy-line";
import { Sheet } from "@/app/_components/ui/sheet";
import type { SubChainView } from "@/lib/sub-chains/client";

/** Addresses to copy; the key is made on its own page, because it is shown once. */
export function ConnectSheet({ applicationId, subChain }: Readonly<{ applicationId: string; subChain: SubChainView }>) {
  const t = useTranslations("application.connect");
  return (
    <Sheet title={t("title")} foot={t.rich("key", { link: (words) => <Link href={`/applications/${applicationId}/keys`}>{words}</Link> })}>
      <dl className="grid gap-3">
        {subChain.endpoints.map(({ cityNode, city, url }) => (
          <div key={cityNode} className="grid gap-1">
            <dt className="label">{t("gateway", { city })}</dt>
            <dd className="min-w-0">
              <CopyLine name={t("gateway", { city })} value={url} />
            </dd>
          </div>
        ))}
        <div className="grid gap-1">
          <dt className="label">{t("chainId")}</dt>
          <dd className="min-w-0">
            <CopyLine name={t("chainId")} value={subChain.chainId} />
          </dd>
        </div>
      </dl>
    </Sheet>
  );
}
