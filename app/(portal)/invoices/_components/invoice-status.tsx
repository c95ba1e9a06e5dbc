import { useTranslations } from "next-intl";
import { Status, type StatusKind } from "@/app/_components/ui/status";
import type { InvoiceStateCode } from "@/lib/billing/client";

const kinds = { OPEN: "wait", PAID: "well", REFUNDING: "flow", REFUNDED: "well", VOID: "shut" } as const satisfies Record<InvoiceStateCode, StatusKind>;

export function InvoiceStatus({ state, badge = false }: Readonly<{ state: InvoiceStateCode; badge?: boolean }>) {
  const t = useTranslations("invoices.state");
  return (
    <Status kind={kinds[state]} badge={badge}>
      {t(state)}
    </Status>
  );
}
