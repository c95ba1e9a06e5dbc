import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import Link from "next/link";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { PageHead } from "@/app/_components/ui/page-head";
import { listOperations } from "@/lib/operations";
import { requirePortalAdmin } from "../../../_data/require-portal-admin";
import { OperationFilter } from "../_components/operation-filter";
import { OperationList } from "../_components/operation-list";
import { operationFilterSchema } from "../_components/operations-path";

type Props = Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>;

const pageSize = 50;
/** Failed ones are counted up to this; more are "many". */
const countedMax = 100;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.operations"))("crumb") };
}

export default async function OperationsPage({ searchParams }: Props) {
  const [, query, t] = await Promise.all([requirePortalAdmin("/admin/operations"), searchParams, getTranslations("admin.operations")]);
  const filter = operationFilterSchema.catch({}).parse(query);
  const { state, applicationId, after } = filter;
  const [{ operations, next }, running, pending] = await Promise.all([
    listOperations({ ...(state ? { state } : {}), ...(applicationId ? { applicationId } : {}), ...(after ? { after } : {}), limit: pageSize }),
    listOperations({ state: "RUNNING", limit: countedMax }),
    listOperations({ state: "PENDING", limit: countedMax }),
  ]);
  const underWay = running.operations.length + pending.operations.length;
  const many = running.next !== null || pending.next !== null;
  return (
    <ConsolePage crumbs={[{ label: t("crumb") }]}>
      <PageHead
        title={t(many ? "titleMany" : "title", { count: underWay })}
        subtitle={applicationId ? t.rich("ofApplication", { link: (text) => <Link href={`/admin/publications/${applicationId}`}>{text}</Link>, all: (text) => <Link href="/admin/operations">{text}</Link> }) : t("subtitle")}
      />
      <OperationFilter filter={filter} />
      <OperationList operations={operations} next={next} filter={filter} />
    </ConsolePage>
  );
}
