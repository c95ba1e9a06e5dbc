import { useTranslations } from "next-intl";
import { Empty } from "@/app/_components/ui/empty";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status, type StatusKind } from "@/app/_components/ui/status";
import { Table } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import type { PaymentStateCode, PaymentView } from "@/lib/billing/client";

const kinds = { PENDING: "flow", SUCCEEDED: "well", DECLINED: "fault", REFUNDED: "well" } as const satisfies Record<PaymentStateCode, StatusKind>;

/** Every try to pay, also the ones that were declined. */
export function PaymentsSheet({ payments }: Readonly<{ payments: ReadonlyArray<PaymentView> }>) {
  const t = useTranslations("invoices.payments");
  return (
    <Sheet title={t("title")} flush className="print:hidden">
      <Table
        label={t("title")}
        rows={payments}
        rowKey={({ id }) => id}
        empty={<Empty title={t("none")}>{t("noneText")}</Empty>}
        columns={[
          { key: "card", head: t("card"), cell: ({ cardLast4 }) => (cardLast4 ? <span className="font-mono text-xs">{t("endsIn", { last4: cardLast4 })}</span> : t("noCard")) },
          {
            key: "state",
            head: t("state"),
            cell: ({ state, declineMessage }) => (
              <span className="grid justify-items-start gap-0.5">
                <Status kind={kinds[state]}>{t(`states.${state}`)}</Status>
                {declineMessage ? <span className="text-xs text-ink-2">{declineMessage}</span> : null}
              </span>
            ),
          },
          { key: "when", head: t("when"), right: true, cell: ({ createdAt, settledAt }) => <Time value={settledAt ?? createdAt} /> },
        ]}
      />
    </Sheet>
  );
}
