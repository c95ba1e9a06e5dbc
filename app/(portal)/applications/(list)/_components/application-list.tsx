import { useTranslations } from "next-intl";
import Link from "next/link";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Empty } from "@/app/_components/ui/empty";
import { Pagination } from "@/app/_components/ui/pagination";
import { Plate } from "@/app/_components/ui/plate";
import { Sheet } from "@/app/_components/ui/sheet";
import { Table } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import type { ApplicationPage, ApplicationSummary, ListApplicationsInput } from "@/lib/applications/client";
import { ApplicationStatus } from "../../../_components/application-status";
import { Framework } from "../../../_components/framework";
import { applicationsPath } from "./applications-path";

type Props = Readonly<{ result: ApplicationPage; filter: ListApplicationsInput }>;

export function ApplicationList({ result, filter }: Props) {
  const t = useTranslations("applications");
  const plans = useTranslations("portal.plan");
  const { applications, total, page, pageSize } = result;
  const from = (page - 1) * pageSize + 1;
  const nameOf = (application: ApplicationSummary) => application.name || t("unnamed");
  return (
    <>
      <Sheet label={t("crumb")} flush>
        <Table
          label={t("crumb")}
          rows={applications}
          rowKey={({ id }) => id}
          empty={
            <Empty title={t("noMatch")} actions={<ButtonLink href="/applications">{t("showAll")}</ButtonLink>}>
              {t("noMatchText")}
            </Empty>
          }
          columns={[
            {
              key: "name",
              head: t("name"),
              cell: (application) => (
                <Link href={`/applications/${application.id}`} className="font-medium">
                  {nameOf(application)}
                </Link>
              ),
            },
            { key: "state", head: t("state"), cell: ({ state }) => <ApplicationStatus state={state} /> },
            { key: "framework", head: t("framework"), cell: ({ framework }) => <Framework code={framework} />, fold: "hide" },
            { key: "cityNodes", head: t("cityNodes"), cell: ({ cityNodes }) => <Plates cityNodes={cityNodes} />, fold: "under" },
            { key: "plan", head: t("plan"), cell: ({ plan }) => plans(plan), fold: "hide" },
            { key: "updated", head: t("changed"), cell: ({ updatedAt }) => <Time value={updatedAt} />, right: true, fold: "hide" },
          ]}
        />
      </Sheet>
      {total > pageSize ? (
        <Pagination
          from={Math.min(from, total)}
          to={Math.min(page * pageSize, total)}
          total={total}
          previousHref={page > 1 ? applicationsPath({ ...filter, page: page - 1 }) : undefined}
          nextHref={page * pageSize < total ? applicationsPath({ ...filter, page: page + 1 }) : undefined}
        />
      ) : null}
    </>
  );
}

function Plates({ cityNodes }: Readonly<{ cityNodes: ApplicationSummary["cityNodes"] }>) {
  return (
    <span className="inline-flex flex-wrap gap-1">
      {cityNodes.map(({ code, city }) => (
        <Plate key={code} code={code} city={city} />
      ))}
    </span>
  );
}
