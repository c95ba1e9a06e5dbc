import { useTranslations } from "next-intl";
import Link from "next/link";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Empty } from "@/app/_components/ui/empty";
import { Hash } from "@/app/_components/ui/hash";
import { Height } from "@/app/_components/ui/height";
import { Table } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import type { TransactionSummary } from "@/lib/explorer/client";

type Props = Readonly<{ applicationId: string; transactions: ReadonlyArray<TransactionSummary> }>;

/** Goes into a flush Sheet. */
export function TransactionTable({ applicationId, transactions }: Props) {
  const t = useTranslations("explorer");
  const path = `/applications/${applicationId}`;
  return (
    <Table
      label={t("transactions")}
      rows={transactions}
      rowKey={({ hash }) => hash}
      empty={
        <Empty title={t("noTransactions")} actions={<ButtonLink href={`${path}/keys`}>{t("makeKey")}</ButtonLink>}>
          {t("noTransactionsText")}
        </Empty>
      }
      columns={[
        { key: "hash", head: t("transaction"), cell: ({ hash }) => <Hash value={hash} href={`${path}/transactions/${hash}`} /> },
        { key: "kind", head: t("kind"), cell: (transaction) => <TransactionKind transaction={transaction} /> },
        { key: "from", head: t("from"), fold: "hide", cell: ({ from }) => <Hash value={from} /> },
        { key: "to", head: t("to"), fold: "hide", cell: ({ to }) => (to ? <Hash value={to} /> : t("newContract")) },
        {
          key: "height",
          head: t("block"),
          right: true,
          fold: "hide",
          cell: ({ height }) => (
            <Link href={`${path}/blocks/${height}`}>
              <Height value={height} />
            </Link>
          ),
        },
        { key: "time", head: t("time"), right: true, cell: ({ time }) => <Time value={time} /> },
      ]}
    />
  );
}

/** What it does, as far as it can be told without the contract's own words. */
export function TransactionKind({ transaction }: Readonly<{ transaction: Pick<TransactionSummary, "to" | "selector"> }>) {
  const t = useTranslations("explorer.kinds");
  if (transaction.to === null) return t("create");
  return transaction.selector === null ? t("transfer") : t.rich("call", { selector: () => <span className="font-mono">{transaction.selector}</span> });
}
