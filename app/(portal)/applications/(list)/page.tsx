import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { PageHead } from "@/app/_components/ui/page-head";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import { listApplications, listApplicationsSchema } from "@/lib/applications";
import { ApplicationFilter } from "./_components/application-filter";
import { ApplicationList } from "./_components/application-list";
import { FirstApplication } from "./_components/first-application";

type Props = Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("applications"))("crumb") };
}

export default async function ApplicationsPage({ searchParams }: Props) {
  const [session, query, t] = await Promise.all([requireCurrentSession("/applications"), searchParams, getTranslations("applications")]);
  // A hand-made address with nonsense shows the plain list instead of an error.
  const filter = listApplicationsSchema.catch({ page: 1 }).parse(Object.fromEntries(Object.entries(query).filter(([, value]) => value !== "")));
  const filtered = filter.search !== undefined || filter.state !== undefined;
  const [result, running] = await Promise.all([listApplications({ session }, filter), listApplications({ session }, { state: "RUNNING" })]);
  const none = result.total === 0 && !filtered;
  return (
    <ConsolePage crumbs={[{ label: session.organisations[0]?.name ?? t("crumb") }, { label: t("crumb") }]}>
      <PageHead
        title={none ? t("none") : t("title", { running: running.total })}
        subtitle={none ? t("noneText") : t("subtitle", { total: result.total })}
        actions={
          none ? null : (
            <>
              <ButtonLink href="/first-minute?new" icon="add">
                {t("openTest")}
              </ButtonLink>
              <ButtonLink href="/publish" look="primary" icon="add">
                {t("publish")}
              </ButtonLink>
            </>
          )
        }
      />
      {none ? (
        <FirstApplication />
      ) : (
        <>
          <ApplicationFilter search={filter.search ?? ""} state={filter.state ?? ""} />
          <ApplicationList result={result} filter={filter} />
        </>
      )}
    </ConsolePage>
  );
}
