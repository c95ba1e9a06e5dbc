import { useTranslations } from "next-intl";
import Link from "next/link";
import type { ReactNode } from "react";
import { Money } from "@/app/_components/ui/money";
import { Plate } from "@/app/_components/ui/plate";
import { Tag } from "@/app/_components/ui/tag";
import { TitleBlock } from "@/app/_components/ui/title-block";
import type { ApplicationDetail } from "@/lib/applications";
import { Framework } from "../../../_components/framework";

/** What was asked for, as far as it is known. */
export function ApplicationFacts({ detail }: Readonly<{ detail: ApplicationDetail }>) {
  const t = useTranslations("application.fact");
  const plans = useTranslations("portal.plan");
  const { application, invoice } = detail;
  const facts: { label: string; value: ReactNode }[] = [{ label: t("plan"), value: plans(application.plan) }];
  if (application.framework !== null) facts.push({ label: t("framework"), value: <Framework code={application.framework} /> });
  if (application.cityNodes.length > 0) {
    facts.push({
      label: t("cityNodes"),
      value: (
        <span className="inline-flex flex-wrap gap-1">
          {application.cityNodes.map(({ code, city }) => (
            <Plate key={code} code={code} city={city} />
          ))}
        </span>
      ),
    });
  }
  if (invoice) facts.push({ label: t("invoice"), value: <InvoiceLink invoice={invoice} /> });
  return <TitleBlock even facts={facts} />;
}

/** The invoice by its sum; in the test book it says TEST. */
export function InvoiceLink({ invoice }: Readonly<{ invoice: NonNullable<ApplicationDetail["invoice"]> }>) {
  const t = useTranslations("application.invoice");
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
      <Link href={`/invoices/${invoice.id}`} title={invoice.number}>
        <Money minor={invoice.amountMinor} currency={invoice.currency} />
      </Link>
      <span className="font-body text-ink-2">{t(invoice.state)}</span>
      {invoice.book === "TEST" ? <Tag>{t("test")}</Tag> : null}
    </span>
  );
}
