import { useTranslations } from "next-intl";
import Link from "next/link";
import { Empty } from "@/app/_components/ui/empty";
import { Hash } from "@/app/_components/ui/hash";
import { Sheet } from "@/app/_components/ui/sheet";
import { Table } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import type { AuditEventView, ListAuditEventsInput } from "@/lib/audit/client";
import { auditPath } from "./audit-path";

type Props = Readonly<{ events: ReadonlyArray<AuditEventView>; filter: ListAuditEventsInput }>;

/** Newest first; action and subject lead to their like. */
export function AuditTable({ events, filter }: Props) {
  const t = useTranslations("admin.audit");
  return (
    <Sheet label={t("crumb")} flush>
      <Table
        label={t("crumb")}
        rows={events}
        rowKey={({ id }) => id}
        empty={<Empty title={t("none")}>{t("noneText")}</Empty>}
        columns={[
          {
            key: "action",
            head: t("action"),
            cell: ({ action }) => (
              <Link className="font-mono text-xs" href={auditPath({ ...filter, action, before: undefined })}>
                {action}
              </Link>
            ),
          },
          { key: "actor", head: t("actor"), fold: "under", cell: ({ actor }) => (actor.kind === "SYSTEM" ? t("system") : (actor.name ?? <Hash value={actor.userId} />)) },
          {
            key: "subject",
            head: t("subjectHead"),
            fold: "under",
            cell: ({ subject }) => (
              <span className="inline-flex flex-wrap items-baseline gap-x-2">
                {subject.type}
                <Hash value={subject.id} href={auditPath({ subjectId: subject.id })} />
              </span>
            ),
          },
          { key: "details", head: t("details"), fold: "hide", cell: ({ details }) => <Details details={details} /> },
          { key: "at", head: t("at"), right: true, cell: ({ at }) => <Time value={at} /> },
          { key: "request", head: t("request"), right: true, fold: "hide", cell: ({ requestId }) => (requestId ? <Hash value={requestId} copyName={t("requestName")} /> : null) },
        ]}
      />
    </Sheet>
  );
}

/** Ids, states and public values only: the row never holds a secret. */
function Details({ details }: Readonly<{ details: unknown }>) {
  if (details === null || typeof details !== "object") return null;
  const entries = Object.entries(details).filter(([, value]) => value !== null);
  return (
    <span className="grid max-w-[44ch] gap-0.5 text-xs">
      {entries.map(([name, value]) => (
        <span key={name} className="break-words">
          <span className="text-ink-3">{name}</span> {typeof value === "string" ? value : JSON.stringify(value)}
        </span>
      ))}
    </span>
  );
}
