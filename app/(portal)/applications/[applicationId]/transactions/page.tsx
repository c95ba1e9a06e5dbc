import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Sheet } from "@/app/_components/ui/sheet";
import { ApplicationFrame } from "../_components/application-frame";
import { FindInLedger } from "../_components/find-in-ledger";
import { LedgerAway } from "../_components/ledger-away";
import { LedgerPages } from "../_components/ledger-pages";
import { TransactionTable } from "../_components/transaction-table";
import { readLedgerPage } from "../_data/read-ledger-page";

type Props = Readonly<{ params: Promise<{ applicationId: string }>; searchParams: Promise<{ from?: string | string[] }> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("explorer"))("transactions") };
}

/** Pages go by blocks: a page holds all transactions of its blocks. */
export default async function TransactionsPage({ params, searchParams }: Props) {
  const [{ applicationId }, { from }, t] = await Promise.all([params, searchParams, getTranslations("explorer")]);
  const { application, contract, page } = await readLedgerPage(applicationId, from);
  const top = page?.blocks[0]?.height ?? 0;
  const bottom = page?.blocks.at(-1)?.height ?? 0;
  const newest = page === undefined || top === page.height;
  return (
    <ApplicationFrame
      application={application}
      title={newest ? t("transactionsTitle", { count: page?.blocks.length ?? 0 }) : t("transactionsOlder", { to: top, from: bottom })}
      subtitle={t("transactionsText")}
      crumbs={[{ label: t("transactions") }]}
      actions={<FindInLedger applicationId={applicationId} />}
    >
      {page ? (
        <>
          <Sheet label={t("transactions")} flush>
            <TransactionTable applicationId={applicationId} transactions={page.transactions} contract={contract} />
          </Sheet>
          <LedgerPages path={`/applications/${applicationId}/transactions`} page={page} />
        </>
      ) : (
        <LedgerAway />
      )}
    </ApplicationFrame>
  );
}
