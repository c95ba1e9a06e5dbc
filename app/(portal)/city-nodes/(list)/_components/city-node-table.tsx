import { useTranslations } from "next-intl";
import Link from "next/link";
import { Count } from "@/app/_components/ui/count";
import { Plate } from "@/app/_components/ui/plate";
import { Sheet } from "@/app/_components/ui/sheet";
import { Table } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import type { CityNodeView } from "@/lib/city-nodes/client";
import { CityNodeState } from "../../_components/city-node-state";

export function CityNodeTable({ cityNodes }: Readonly<{ cityNodes: ReadonlyArray<CityNodeView> }>) {
  const t = useTranslations("cityNodes");
  return (
    <Sheet label={t("crumb")} flush foot={t("foot")}>
      <Table
        label={t("crumb")}
        rows={cityNodes}
        rowKey={({ code }) => code}
        empty={null}
        columns={[
          {
            key: "city",
            head: t("cityNode"),
            cell: ({ code, city, state }) => (
              <Link href={`/city-nodes/${code}`} className="inline-flex items-center gap-2.5">
                <Plate code={code} hollow={state !== "OPEN"} />
                {city}
              </Link>
            ),
          },
          { key: "state", head: t("stateHead"), cell: (cityNode) => <CityNodeState cityNode={cityNode} /> },
          { key: "provider", head: t("provider"), fold: "under", cell: (cityNode) => <RunsOn cityNode={cityNode} /> },
          { key: "peers", head: t("peers"), right: true, cell: ({ peers, state }) => (state === "PLANNED" ? null : <Count value={peers} />) },
          { key: "seen", head: t("heard"), right: true, fold: "hide", cell: ({ lastSeenAt }) => (lastSeenAt ? <Time value={lastSeenAt} /> : null) },
        ]}
      />
    </Sheet>
  );
}

function RunsOn({ cityNode }: Readonly<{ cityNode: Pick<CityNodeView, "provider" | "region"> }>) {
  return (
    <span className="inline-flex flex-wrap gap-x-2">
      {cityNode.provider}
      <span className="text-ink-2">{cityNode.region}</span>
    </span>
  );
}
