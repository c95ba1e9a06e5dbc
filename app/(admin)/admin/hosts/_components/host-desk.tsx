"use client";

import { useTranslations } from "next-intl";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { Duration } from "@/app/_components/ui/duration";
import { Note } from "@/app/_components/ui/note";
import { PageHead } from "@/app/_components/ui/page-head";
import { Pagination } from "@/app/_components/ui/pagination";
import { Share } from "@/app/_components/ui/share";
import { Status } from "@/app/_components/ui/status";
import { Time } from "@/app/_components/ui/time";
import type { HostConsumption, HostSummary } from "@/lib/city-nodes/client";
import { useHostConsumption } from "../_hooks/use-host-consumption";
import { CityNodeStores } from "./city-node-stores";
import { ConsumptionFilter } from "./consumption-filter";
import { ConsumptionTable } from "./consumption-table";
import { consumptionPath, pageSize, type ConsumptionFilter as Filter } from "./consumption-path";
import { ProcessSheet } from "./process-sheet";
import { TopConsumers } from "./top-consumers";

type Props = Readonly<{ host: HostSummary; filter: Filter; /** Null: the host did not answer. */ initial: HostConsumption | null }>;

/** A host, and what each sub-chain takes of it; follows by itself. */
export function HostDesk({ host, filter, initial }: Props) {
  const t = useTranslations("admin.hosts");
  const { consumption, isAway } = useHostConsumption(host.id, { ...filter, limit: pageSize }, initial);
  const { offset } = filter;
  return (
    <ConsolePage crumbs={[{ label: t("crumb"), href: "/admin/hosts" }, { label: host.name }]}>
      <PageHead
        title={consumption ? t.rich("deskTitle", { count: consumption.sum.peers, share: () => <Share value={consumption.process.share} /> }) : t("deskAway", { name: host.name })}
        status={
          <Status kind={isAway ? "fault" : "well"} badge>
            {t(isAway ? "away" : "alive")}
          </Status>
        }
        subtitle={
          consumption
            ? t.rich("deskSubtitle", { interval: () => <Duration ms={consumption.atMs - consumption.sinceMs} />, running: () => <Time value={new Date(consumption.startedAtMs).toISOString()} show="moment" /> })
            : undefined
        }
      />
      {isAway ? (
        <Note kind="bad" title={t("awayTitle")}>
          {t("awayText")}
        </Note>
      ) : null}
      {consumption ? (
        <>
          <div className="grid items-start gap-5 lg:grid-cols-2">
            <TopConsumers consumption={consumption} />
            <ProcessSheet consumption={consumption} />
          </div>
          <ConsumptionFilter hostId={host.id} filter={filter} cityNodes={consumption.cityNodes.map(({ code }) => code)} />
          <ConsumptionTable hostId={host.id} filter={filter} consumption={consumption} />
          {consumption.found > pageSize || offset > 0 ? (
            <Pagination
              from={Math.min(offset + 1, consumption.found)}
              to={Math.min(offset + pageSize, consumption.found)}
              total={consumption.found}
              previousHref={offset > 0 ? consumptionPath(host.id, { ...filter, offset: Math.max(0, offset - pageSize) }) : undefined}
              nextHref={offset + pageSize < consumption.found ? consumptionPath(host.id, { ...filter, offset: offset + pageSize }) : undefined}
            />
          ) : null}
          <CityNodeStores cityNodes={consumption.cityNodes} />
        </>
      ) : null}
    </ConsolePage>
  );
}
