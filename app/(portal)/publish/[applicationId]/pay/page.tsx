import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import Link from "next/link";
import { redirect } from "next/navigation";
import { PlainShell } from "@/app/_components/shell/plain-shell";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Money } from "@/app/_components/ui/money";
import { Note } from "@/app/_components/ui/note";
import { PageHead } from "@/app/_components/ui/page-head";
import { Sheet } from "@/app/_components/ui/sheet";
import { Steps } from "@/app/_components/ui/steps";
import { Tag } from "@/app/_components/ui/tag";
import { quotePlan, testCards } from "@/lib/billing";
import { PriceSheet } from "../../_components/price-sheet";
import { wizardSteps } from "../../_components/wizard-steps";
import { CardForm } from "../_components/card-form";
import { groupDigits } from "../_components/card-text";
import { readPublication } from "../_data/read-publication";

type Props = Readonly<{ params: Promise<{ applicationId: string }> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("publish.pay"))("title") };
}

/** Pays the invoice of a submitted publication, or of a failed one that was refunded and goes on. */
export default async function PayPage({ params }: Props) {
  const { applicationId } = await params;
  const [{ application, invoice }, t] = await Promise.all([readPublication(applicationId), getTranslations("publish")]);
  if (invoice?.state !== "OPEN") redirect(application.state === "DRAFT" ? `/publish/${applicationId}` : `/applications/${applicationId}`);
  return (
    <PlainShell
      wide
      homeHref="/applications"
      context={
        <>
          <span className="truncate">{application.name}</span>
          <Tag>{t("unpaid")}</Tag>
        </>
      }
      end={<ButtonLink href={`/applications/${applicationId}`}>{t("pay.later")}</ButtonLink>}
    >
      <div className="grid gap-6">
        <Steps label={t("steps.label")} current={wizardSteps.length - 1} steps={wizardSteps.map((step) => ({ label: t(`steps.${step}`) }))} />
        <PageHead title={t.rich("pay.head", { amount: () => <Money minor={invoice.amountMinor} currency={invoice.currency} /> })} subtitle={t("pay.subtitle")} />
        <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_320px]">
          <div className="grid gap-5">
            {invoice.book === "TEST" ? (
              <Note kind="wait" title={t("pay.testTitle")}>
                {t("pay.testText", { good: groupDigits(testCards.succeeds), declined: groupDigits(testCards.declined) })}
              </Note>
            ) : null}
            <Sheet title={t("pay.card")} aside={<Tag>{invoice.number}</Tag>}>
              <CardForm applicationId={applicationId} invoice={invoice} />
            </Sheet>
            <p className="text-sm text-ink-2">{t.rich("pay.after", { cancel: (text) => <Link href={`/applications/${applicationId}`}>{text}</Link> })}</p>
          </div>
          <PriceSheet quote={quotePlan("STANDARD")} chosen={application.cityNodes.length} />
        </div>
      </div>
    </PlainShell>
  );
}
