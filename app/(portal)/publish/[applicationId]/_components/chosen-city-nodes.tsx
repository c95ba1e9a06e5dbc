import { useTranslations } from "next-intl";
import { Button } from "@/app/_components/ui/button";
import { Plate } from "@/app/_components/ui/plate";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status } from "@/app/_components/ui/status";
import { Table } from "@/app/_components/ui/table";
import type { CityNodeView } from "@/lib/city-nodes/client";
import type { Finality } from "@/lib/control/client";

type Props = Readonly<{
  /** With solo finality the ordering one first. */
  chosen: ReadonlyArray<CityNodeView>;
  finality: Finality;
  onOrder: (code: string) => void;
  onRemove: (code: string) => void;
}>;

/** What is chosen so far, and which of them orders the transactions: one alone, or all in turn. */
export function ChosenCityNodes({ chosen, finality, onOrder, onRemove }: Props) {
  const t = useTranslations("publish.city-nodes");
  return (
    <Sheet title={t("chosen", { count: chosen.length })} flush>
      <Table
        label={t("chosen", { count: chosen.length })}
        rows={chosen}
        rowKey={({ code }) => code}
        empty={<p className="px-4 py-6 text-center text-sm text-ink-2">{t("none")}</p>}
        columns={[
          {
            key: "city",
            head: t("cityNode"),
            cell: ({ code, city }) => (
              <span className="flex items-center gap-2.5">
                <Plate code={code} />
                {city}
              </span>
            ),
          },
          { key: "provider", head: t("provider"), cell: ({ provider }) => provider, fold: "hide" },
          {
            key: "role",
            head: t("role"),
            cell: ({ code, city }) =>
              finality !== "solo" || chosen[0]?.code === code ? (
                <Status kind="flow">{t(finality === "solo" ? "orders" : "ordersInTurn")}</Status>
              ) : (
                <Button size="sm" look="quiet" className="-ml-2.5" aria-label={t("makeOrdererOf", { city })} onClick={() => onOrder(code)}>
                  {t("makeOrderer")}
                </Button>
              ),
          },
          {
            key: "remove",
            head: t("remove"),
            headHidden: true,
            right: true,
            cell: ({ code, city }) => <Button size="sm" look="quiet" icon="close" iconOnly aria-label={t("removeCity", { city })} onClick={() => onRemove(code)} />,
          },
        ]}
      />
    </Sheet>
  );
}
