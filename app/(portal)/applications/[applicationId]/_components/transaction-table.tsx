import { useTranslations } from "next-intl";
import Link from "next/link";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Empty } from "@/app/_components/ui/empty";
import { Hash } from "@/app/_components/ui/hash";
import { Height } from "@/app/_components/ui/height";
import { Table } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import type { TransactionSummary } from "@/lib/explorer/client";

/** What the portal knows of the application's own contract: functions by selector. */
export type ContractWords = Readonly<{ address: string | null; functions: Readonly<Record<string, string>> }>;

type Props = Readonly<{ applicationId: string; transactions: ReadonlyArray<TransactionSummary>; contract: ContractWords }>;

/** Goes into a flush Sheet. */
export function TransactionTable({ applicationId, transactions, contract }: Props) {
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
        { key: "kind", head: t("kind"), cell: (transaction) => <TransactionKind transaction={transaction} contract={contract} /> },
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

type KindProps = Readonly<{ transaction: Pick<TransactionSummary, "to" | "selector">; contract: ContractWords }>;

/** What it does, in the contract's own words where it is the application's own contract. */
function TransactionKind({ transaction, contract }: KindProps) {
  const t = useTranslations("explorer.kinds");
  const { to, selector } = transaction;
  if (to === null) return t("create");
  if (selector === null) return t("transfer");
  const name = to.toLowerCase() === contract.address?.toLowerCase() ? contract.functions[selector.toLowerCase()] : undefined;
  return name ? <span className="font-mono">{name}</span> : t.rich("call", { selector: () => <span className="font-mono">{selector}</span> });
}
