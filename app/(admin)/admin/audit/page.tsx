import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { PageHead } from "@/app/_components/ui/page-head";
import { Time } from "@/app/_components/ui/time";
import { listAuditEvents, listAuditEventsSchema } from "@/lib/audit";
import { requirePortalAdmin } from "../../_data/require-portal-admin";
import { AuditFilter } from "./_components/audit-filter";
import { auditPath } from "./_components/audit-path";
import { AuditTable } from "./_components/audit-table";

type Props = Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.audit"))("crumb") };
}

export default async function AuditPage({ searchParams }: Props) {
  const [, query, t] = await Promise.all([requirePortalAdmin("/admin/audit"), searchParams, getTranslations("admin.audit")]);
  // Fields that were left empty are not a search for nothing.
  const filter = listAuditEventsSchema.catch({}).parse(Object.fromEntries(Object.entries(query).filter(([, value]) => value !== "")));
  const { events, next } = await listAuditEvents(filter);
  const [newest] = events;
  return (
    <ConsolePage crumbs={[{ label: t("crumb") }]}>
      <PageHead title={newest ? t.rich("title", { time: () => <Time value={newest.at} /> }) : t("none")} subtitle={t("subtitle")} />
      <AuditFilter key={auditPath(filter)} filter={filter} />
      <AuditTable events={events} filter={filter} />
      {filter.before || next ? (
        <nav aria-label={t("pages")} className="flex justify-end gap-2">
          {filter.before ? (
            <ButtonLink size="sm" href={auditPath({ ...filter, before: undefined })}>
              {t("newest")}
            </ButtonLink>
          ) : null}
          {next ? (
            <ButtonLink size="sm" href={auditPath({ ...filter, before: next })}>
              {t("older")}
            </ButtonLink>
          ) : null}
        </nav>
      ) : null}
    </ConsolePage>
  );
}
