import { useTranslations } from "next-intl";
import Link from "next/link";
import type { ReactNode } from "react";
import { Certificate, LatheBand } from "@/app/_components/ui/certificate";
import { Count } from "@/app/_components/ui/count";
import { Mark } from "@/app/_components/ui/mark";
import { Money } from "@/app/_components/ui/money";
import { Time } from "@/app/_components/ui/time";
import type { InvoiceView } from "@/lib/billing/client";

/** The document: what is priced, for whom, and what became of it. The same on screen and on paper. */
export function InvoiceCertificate({ invoice }: Readonly<{ invoice: InvoiceView }>) {
  const t = useTranslations("invoices");
  const product = useTranslations("ui")("productName");
  const { currency } = invoice;
  return (
    <div className="max-w-[760px]">
      <Certificate label={t("document", { number: invoice.number })}>
        <div className="relative">
          {invoice.book === "TEST" ? <Watermark word={t("test")} /> : null}
          <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
            <span className="flex items-center gap-2.5 text-lg font-strong">
              <Mark />
              {product}
            </span>
            <span className="grid justify-items-end text-right max-md:justify-items-start max-md:text-left">
              <span className="text-lg font-strong">{t(invoice.book === "TEST" ? "titleTest" : "titleLive")}</span>
              <span className="font-mono text-sm">{invoice.number}</span>
            </span>
          </div>
          <div className="my-4">
            <LatheBand />
          </div>
          <dl className="grid grid-cols-2 gap-x-6 gap-y-3 text-sm md:grid-cols-4">
            <Fact label={t("billedTo")}>{invoice.organisation.name}</Fact>
            <Fact label={t("application")}>
              <Link href={`/applications/${invoice.application.id}`}>{invoice.application.name || t("unnamed")}</Link>
            </Fact>
            <Fact label={t("issued")}>
              <Time value={invoice.createdAt} show="date" />
            </Fact>
            <Fact label={t("stateHead")}>
              {t(`state.${invoice.state}`)}
              {invoice.state === "PAID" && invoice.paidAt ? (
                <span className="block text-ink-2">
                  <Time value={invoice.paidAt} show="date" />
                </span>
              ) : null}
              {invoice.refundedAt ? (
                <span className="block text-ink-2">
                  <Time value={invoice.refundedAt} show="date" />
                </span>
              ) : null}
            </Fact>
          </dl>
          <table className="mt-6 w-full border-collapse text-sm">
            <caption className="sr-only">{t("lines")}</caption>
            <thead>
              <tr className="border-b border-line text-left text-xs text-ink-2">
                <th scope="col" className="py-1.5 pr-3 font-medium">
                  {t("what")}
                </th>
                <th scope="col" className="px-3 py-1.5 text-right font-medium">
                  {t("quantity")}
                </th>
                <th scope="col" className="py-1.5 pl-3 text-right font-medium">
                  {t("amount")}
                </th>
              </tr>
            </thead>
            <tbody>
              {invoice.lines.map((line) => (
                <tr key={line.description} className="border-b border-line">
                  <td className="py-2.5 pr-3">{line.description}</td>
                  <td className="px-3 py-2.5 text-right">
                    <Count value={line.quantity} />
                  </td>
                  <td className="py-2.5 pl-3 text-right">
                    <Money minor={line.amountMinor} currency={currency} />
                  </td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row" colSpan={2} className="pt-3 pr-3 text-left font-strong">
                  {t("total")}
                </th>
                <td className="pt-3 pl-3 text-right text-xl font-sign">
                  <Money minor={invoice.amountMinor} currency={currency} />
                </td>
              </tr>
              {invoice.refundedAt ? (
                <tr>
                  <th scope="row" colSpan={2} className="pt-1.5 pr-3 text-left font-medium text-ink-2">
                    {t("givenBack")}
                  </th>
                  <td className="pt-1.5 pl-3 text-right font-medium text-ink-2">
                    <Money minor={-invoice.amountMinor} currency={currency} />
                  </td>
                </tr>
              ) : null}
            </tfoot>
          </table>
          <p className="mt-6 text-xs text-ink-2">{t(invoice.book === "TEST" ? "smallTest" : "small")}</p>
        </div>
      </Certificate>
    </div>
  );
}

function Fact({ label, children }: Readonly<{ label: string; children: ReactNode }>) {
  return (
    <div className="min-w-0">
      <dt className="label">{label}</dt>
      <dd className="font-medium break-words">{children}</dd>
    </div>
  );
}

/** Engraved across the paper; what it says stands in words above it too. */
function Watermark({ word }: Readonly<{ word: string }>) {
  return (
    <svg className="lathe pointer-events-none absolute inset-0 h-full w-full opacity-35" viewBox="0 0 300 200" aria-hidden="true">
      <text x="150" y="112" textAnchor="middle" dominantBaseline="middle" transform="rotate(-18 150 100)" fontSize="92" fontWeight="750" letterSpacing="6" fill="none" stroke="currentColor" strokeWidth=".9">
        {word}
      </text>
    </svg>
  );
}
