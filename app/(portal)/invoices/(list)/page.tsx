import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { z } from "zod";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { PageHead } from "@/app/_components/ui/page-head";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import { listInvoices } from "@/lib/billing";
import { NoRight } from "../_components/no-right";
import { findPayer } from "../_data/find-payer";
import { InvoiceList } from "./_components/invoice-list";

type Props = Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>;

const querySchema = z.object({ page: z.coerce.number().int().min(1).max(100_000).default(1) });

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("invoices"))("crumb") };
}

export default async function InvoicesPage({ searchParams }: Props) {
  const [session, query, t] = await Promise.all([requireCurrentSession("/invoices"), searchParams, getTranslations("invoices")]);
  const payer = findPayer(session);
  if (!payer) return <NoRight />;
  const result = await listInvoices({ organisationId: payer.id, page: querySchema.catch({ page: 1 }).parse(query).page });
  const open = result.invoices.filter(({ state }) => state === "OPEN").length;
  return (
    <ConsolePage crumbs={[{ label: payer.name }, { label: t("crumb") }]}>
      <PageHead title={result.total === 0 ? t("none") : t("title", { open })} subtitle={result.total === 0 ? t("noneSubtitle") : t("subtitle", { total: result.total })} />
      <InvoiceList result={result} />
    </ConsolePage>
  );
}
