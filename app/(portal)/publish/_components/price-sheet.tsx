import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Bytes } from "@/app/_components/ui/bytes";
import { Certificate, LatheBand } from "@/app/_components/ui/certificate";
import { Count } from "@/app/_components/ui/count";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Money } from "@/app/_components/ui/money";
import { Tag } from "@/app/_components/ui/tag";
import type { PriceQuote } from "@/lib/billing/client";
import { planQuotas } from "@/lib/metering/client";

type Props = Readonly<{ quote: PriceQuote; /** City nodes chosen so far. */ chosen?: number; children?: ReactNode }>;

/** The one price and what it includes: engraved, because it is certified to be all there is to pay. */
export function PriceSheet({ quote, chosen, children }: Props) {
  const t = useTranslations("publish.price");
  const quota = planQuotas.STANDARD;
  return (
    <Certificate label={t("label")}>
      <div className="flex items-center justify-between gap-3">
        <span className="font-medium">{t("title")}</span>
        {quote.book === "TEST" ? <Tag>{t("test")}</Tag> : <span className="text-sm text-ink-2">{t("flat")}</span>}
      </div>
      <p className="mt-3 mb-2 text-4xl font-sign tracking-tight">
        <Money minor={quote.amountMinor} currency={quote.currency} whole />
      </p>
      <LatheBand height={24} />
      <KeyValues
        className="mt-2"
        items={[
          { label: t("cityNodes"), value: chosen === undefined ? t("upTo", { max: quota.cityNodesMax }) : t("of", { chosen, max: quota.cityNodesMax }) },
          { label: t("rate"), value: t("rateText", { sustained: quota.transactionsPerSecond, peak: quota.transactionBurst }) },
          { label: t("month"), value: <Count value={quota.transactionsPerPeriod} /> },
          { label: t("storage"), value: <Bytes value={quota.storageBytesMax} /> },
          { label: t("each"), value: t("nothing") },
        ]}
      />
      {quote.book === "TEST" ? <p className="mt-3 border-t border-line pt-3 text-xs text-ink-2">{t("testText")}</p> : null}
      {children}
    </Certificate>
  );
}
