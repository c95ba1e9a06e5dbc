"use client";

import { useTranslations } from "next-intl";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { Button } from "@/app/_components/ui/button";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Note } from "@/app/_components/ui/note";
import { PageHead } from "@/app/_components/ui/page-head";
import { Time } from "@/app/_components/ui/time";
import type { InvoiceView as Invoice } from "@/lib/billing/client";
import { InvoiceStatus } from "../../_components/invoice-status";
import { payPath } from "../../../applications/[applicationId]/_components/publish-path";
import { useInvoice } from "../_hooks/use-invoice";
import { InvoiceCertificate } from "./invoice-certificate";
import { PaymentsSheet } from "./payments-sheet";

export function InvoiceView({ initial }: Readonly<{ initial: Invoice }>) {
  const t = useTranslations("invoices");
  const invoice = useInvoice(initial);
  const { state, number, book, application } = invoice;
  return (
    <ConsolePage crumbs={[{ label: t("crumb"), href: "/invoices" }, { label: number }]}>
      <PageHead
        title={t(`headline.${state}`)}
        status={<InvoiceStatus state={state} badge />}
        subtitle={<Meaning invoice={invoice} />}
        actions={
          <>
            <Button onClick={() => window.print()}>{t("print")}</Button>
            {state === "OPEN" ? (
              <ButtonLink look="primary" href={payPath(application.id)}>
                {t("pay")}
              </ButtonLink>
            ) : null}
          </>
        }
      />
      {book === "TEST" ? (
        <Note kind="wait" title={t("testTitle")} className="max-w-[760px]">
          {t("testText")}
        </Note>
      ) : null}
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,760px)_minmax(300px,1fr)]">
        <InvoiceCertificate invoice={invoice} />
        <PaymentsSheet payments={invoice.payments} />
      </div>
    </ConsolePage>
  );
}

/** What the state means for who looks. */
function Meaning({ invoice }: Readonly<{ invoice: Invoice }>) {
  const t = useTranslations("invoices.meaning");
  const { state, paidAt, refundedAt } = invoice;
  if (state === "PAID" && paidAt) return t.rich("PAID", { time: () => <Time value={paidAt} show="moment" /> });
  if (state === "REFUNDED" && refundedAt) return t.rich("REFUNDED", { time: () => <Time value={refundedAt} show="moment" /> });
  return t(state === "REFUNDING" || state === "VOID" || state === "OPEN" ? state : "other");
}
