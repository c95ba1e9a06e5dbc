import { useTranslations } from "next-intl";
import { Certificate, LatheBand } from "@/app/_components/ui/certificate";
import { Icon } from "@/app/_components/ui/icon";
import { Money } from "@/app/_components/ui/money";
import { Status } from "@/app/_components/ui/status";
import type { PriceQuote } from "@/lib/billing/client";

const items = ["subChain", "peers", "rate", "month", "nothing"] as const;

export function Tariff({ quote }: Readonly<{ quote: PriceQuote }>) {
  const t = useTranslations("landing.tariff");
  return (
    <Certificate label={t("label")}>
      <div className="flex items-center justify-between gap-3">
        <span className="font-medium">{t("title")}</span>
        <span className="text-sm text-ink-2">{t("per")}</span>
      </div>
      <p className="mt-4 mb-3 flex flex-wrap items-baseline gap-x-2.5">
        <span className="text-[3.4rem] leading-none font-sign tracking-[-0.03em]">
          <Money minor={quote.amountMinor} currency={quote.currency} whole />
        </span>
        <span className="text-lg text-ink-2">{t("term")}</span>
      </p>
      <LatheBand />
      <ul className="mt-3.5 grid gap-[7px] text-sm text-ink-2">
        {items.map((item) => (
          <li key={item} className="grid grid-cols-[16px_1fr] gap-[9px]">
            <Icon name="check" className="mt-0.5 text-verdigris-ink" />
            {t(`items.${item}`)}
          </li>
        ))}
      </ul>
      {quote.book === "TEST" ? (
        <p className="mt-3.5 border-t border-line pt-3 text-xs">
          <Status kind="wait" className="text-xs whitespace-normal">
            {t("test")}
          </Status>
        </p>
      ) : null}
    </Certificate>
  );
}
