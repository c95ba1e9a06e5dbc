import { useTranslations } from "next-intl";
import { Bytes } from "@/app/_components/ui/bytes";
import { Count } from "@/app/_components/ui/count";
import { Plate } from "@/app/_components/ui/plate";
import { Sheet } from "@/app/_components/ui/sheet";
import { Table } from "@/app/_components/ui/table";
import type { HostConsumption } from "@/lib/city-nodes/client";

/** What each city node of the host keeps. */
export function CityNodeStores({ cityNodes }: Readonly<{ cityNodes: HostConsumption["cityNodes"] }>) {
  const t = useTranslations("admin.hosts.stores");
  return (
    <Sheet title={t("title")} flush foot={t("foot")}>
      <Table
        label={t("title")}
        rows={cityNodes}
        rowKey={({ code }) => code}
        empty={null}
        columns={[
          { key: "code", head: t("cityNode"), cell: ({ code }) => <Plate code={code} /> },
          { key: "open", head: t("open"), right: true, cell: ({ open }) => <Count value={open} /> },
          { key: "idle", head: t("idle"), right: true, cell: ({ peers, open }) => <Count value={Math.max(0, peers - open)} /> },
          { key: "log", head: t("log"), right: true, cell: ({ logBytes }) => <Bytes value={logBytes} /> },
          { key: "dead", head: t("dead"), right: true, fold: "hide", cell: ({ deadBytes }) => <Bytes value={deadBytes} /> },
          { key: "index", head: t("index"), right: true, fold: "hide", cell: ({ indexBytes }) => <Bytes value={indexBytes} /> },
          { key: "mapped", head: t("mapped"), right: true, fold: "hide", cell: ({ indexMappedBytes }) => (indexMappedBytes === undefined ? null : <Bytes value={indexMappedBytes} />) },
        ]}
      />
    </Sheet>
  );
}
