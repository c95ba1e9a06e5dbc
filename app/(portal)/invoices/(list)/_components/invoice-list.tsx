import { useTranslations } from "next-intl";
import Link from "next/link";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Empty } from "@/app/_components/ui/empty";
import { Money } from "@/app/_components/ui/money";
import { Pagination } from "@/app/_components/ui/pagination";
import { Sheet } from "@/app/_components/ui/sheet";
import { Table } from "@/app/_components/ui/table";
import { Tag } from "@/app/_components/ui/tag";
import { Time } from "@/app/_components/ui/time";
import type { InvoicePage } from "@/lib/billing/client";
import { InvoiceStatus } from "../../_components/invoice-status";

export function InvoiceList({ result }: Readonly<{ result: InvoicePage }>) {
  const t = useTranslations("invoices");
  const { invoices, total, page, pageSize } = result;
  return (
    <>
      <Sheet label={t("crumb")} flush>
        <Table
          label={t("crumb")}
          rows={invoices}
          rowKey={({ id }) => id}
          empty={
            <Empty title={t("none")} actions={<ButtonLink href="/publish">{t("publish")}</ButtonLink>}>
              {t("noneText")}
            </Empty>
          }
          columns={[
            {
              key: "number",
              head: t("number"),
              cell: ({ id, number }) => (
                <Link href={`/invoices/${id}`} className="font-mono text-xs whitespace-nowrap">
                  {number}
                </Link>
              ),
            },
            { key: "application", head: t("application"), fold: "under", cell: ({ application }) => <Link href={`/applications/${application.id}`}>{application.name || t("unnamed")}</Link> },
            { key: "state", head: t("stateHead"), cell: ({ state }) => <InvoiceStatus state={state} /> },
            { key: "book", head: t("book"), fold: "hide", cell: ({ book }) => (book === "TEST" ? <Tag>{t("test")}</Tag> : t("live")) },
            { key: "created", head: t("issued"), fold: "hide", right: true, cell: ({ createdAt }) => <Time value={createdAt} show="date" /> },
            { key: "amount", head: t("amount"), right: true, cell: ({ amountMinor, currency }) => <Money minor={amountMinor} currency={currency} /> },
          ]}
        />
      </Sheet>
      {total > pageSize ? (
        <Pagination
          from={Math.min((page - 1) * pageSize + 1, total)}
          to={Math.min(page * pageSize, total)}
          total={total}
          previousHref={page > 1 ? `/invoices?page=${page - 1}` : undefined}
          nextHref={page * pageSize < total ? `/invoices?page=${page + 1}` : undefined}
        />
      ) : null}
    </>
  );
}
