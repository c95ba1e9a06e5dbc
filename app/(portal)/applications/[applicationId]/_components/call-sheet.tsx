import { useTranslations } from "next-intl";
import { Sheet } from "@/app/_components/ui/sheet";
import { Table } from "@/app/_components/ui/table";
import type { ContractCall } from "@/lib/templates";

/** What a transaction asked of the application's own contract, argument by argument. */
export function CallSheet({ call }: Readonly<{ call: ContractCall }>) {
  const t = useTranslations("explorer.call");
  return (
    <Sheet title={t("title")} aside={<span className="font-mono text-sm text-ink-2">{call.name}</span>} flush>
      <Table
        label={t("title")}
        rows={call.arguments.map((argument, place) => ({ ...argument, place }))}
        rowKey={({ place }) => String(place)}
        empty={null}
        columns={[
          { key: "name", head: t("argument"), cell: ({ name, place }) => <span className="font-mono">{name || place}</span> },
          { key: "type", head: t("type"), cell: ({ type }) => <span className="font-mono text-ink-2">{type}</span> },
          { key: "value", head: t("value"), cell: ({ value }) => <span className="font-mono break-all">{value}</span> },
        ]}
      />
    </Sheet>
  );
}
