import { useTranslations } from "next-intl";
import Link from "next/link";
import type { ReactNode } from "react";
import { Bytes } from "@/app/_components/ui/bytes";
import { Count } from "@/app/_components/ui/count";
import { Duration } from "@/app/_components/ui/duration";
import { Empty } from "@/app/_components/ui/empty";
import { Height } from "@/app/_components/ui/height";
import { Plate } from "@/app/_components/ui/plate";
import { Share } from "@/app/_components/ui/share";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status } from "@/app/_components/ui/status";
import { Table, type Column } from "@/app/_components/ui/table";
import { Tag } from "@/app/_components/ui/tag";
import type { ConsumptionQuery, HostConsumption } from "@/lib/city-nodes/client";
import { MovePeerButton } from "./move-peer-button";
import { consumptionPath, sortedBy, type ConsumptionFilter } from "./consumption-path";

type Props = Readonly<{ hostId: string; filter: ConsumptionFilter; consumption: HostConsumption }>;
type Row = HostConsumption["rows"][number];

const kinds = { key: "flow", running: "well", stopped: "fault" } as const;

/** Sub-chains with what each takes of the host, in the order of whichever column one asks for. */
export function ConsumptionTable({ hostId, filter, consumption }: Props) {
  const t = useTranslations("admin.hosts.consumption");
  const column = (sort: ConsumptionQuery["sort"], cell: (row: Row) => ReactNode, more: Partial<Column<Row>> = {}): Column<Row> => ({
    key: sort,
    head: (
      <Link href={consumptionPath(hostId, sortedBy(filter, sort))} scroll={false} className="whitespace-nowrap text-inherit" title={t(`meaning.${sort}`)}>
        {t(sort)}
        {filter.sort === sort ? <span aria-hidden="true">{filter.order === "asc" ? " ↑" : " ↓"}</span> : null}
      </Link>
    ),
    sorted: filter.sort !== sort ? undefined : filter.order === "asc" ? "ascending" : "descending",
    cell,
    right: true,
    ...more,
  });
  const isSearched = Boolean(filter.search) || filter.cityNode !== undefined;
  return (
    <Sheet title={t("title", { count: consumption.found })} flush foot={t("foot")}>
      <Table
        label={t("title", { count: consumption.found })}
        rows={consumption.rows}
        rowKey={({ cityNode, chain }) => `${cityNode}/${chain}`}
        empty={<Empty title={t(isSearched ? "noMatch" : "none")}>{t(isSearched ? "noMatchText" : "noneText")}</Empty>}
        columns={[
          column("name", (row) => <Name row={row} />, { right: false }),
          column("state", (row) => <State row={row} />, { right: false, fold: "under" }),
          column("share", ({ share }) => <Share value={share} />),
          column("time", ({ resources }) => <Duration ms={resources.executionMs + resources.workerMs} />, { fold: "hide" }),
          column("memory", ({ resources }) => <Bytes value={resources.memoryBytes} />),
          column("disk", ({ resources }) => <Bytes value={resources.diskBytes} />),
          column("transactions", ({ resources }) => <Count value={resources.transactions} compact />, { fold: "hide" }),
          column("calls", ({ resources }) => <Count value={resources.calls} compact />, { fold: "hide" }),
          column("height", ({ height }) => (height < 0 ? t("notYet") : <Height value={height} />), { fold: "hide" }),
          { key: "move", head: t("moveHead"), headHidden: true, right: true, fold: "under", cell: (row) => <MovePeerButton hostId={hostId} row={row} /> },
        ]}
      />
    </Sheet>
  );
}

function Name({ row: { cityNode, chain, application } }: Readonly<{ row: Row }>) {
  const t = useTranslations("admin.hosts.consumption");
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2.5 gap-y-1">
      <Plate code={cityNode} />
      <span className="grid">
        {application ? <Link href={`/admin/publications/${application.id}`}>{application.name}</Link> : <span>{t("stray")}</span>}
        <span className="font-mono text-xs text-ink-3">{chain}</span>
      </span>
    </span>
  );
}

function State({ row: { state, problem, home } }: Readonly<{ row: Row }>) {
  const t = useTranslations("admin.hosts.consumption");
  const words = problem ?? home.problem;
  return (
    <span className="grid justify-items-start gap-0.5">
      <Status kind={kinds[state]}>{t(`states.${state}`)}</Status>
      {home.at === "own" ? <Tag>{home.memoryBytes === undefined ? t("ownProcess") : t.rich("ownProcessOf", { memory: () => <Bytes value={home.memoryBytes ?? 0} /> })}</Tag> : null}
      {home.moving ? <span className="text-xs text-ink-2">{t(home.moving.to === "own" ? "goesOwn" : "goesBack")}</span> : null}
      {words ? <span className="line-clamp-2 max-w-[36ch] text-xs text-ink-2">{words}</span> : null}
    </span>
  );
}
