import { useTranslations } from "next-intl";
import { ButtonLink } from "@/app/_components/ui/button-link";
import type { PriceQuote } from "@/lib/billing/client";
import { Tariff } from "./tariff";

export function Hero({ quote }: Readonly<{ quote: PriceQuote }>) {
  const t = useTranslations("landing.hero");
  return (
    <section className="mx-auto grid max-w-[1240px] items-center gap-7.5 px-4 py-7.5 md:px-6 md:py-12 lg:grid-cols-[minmax(0,1fr)_384px] lg:gap-18">
      <div>
        <h1 className="display -ml-[0.035em]">{t.rich("title", { br: () => <br /> })}</h1>
        <p className="mt-4 max-w-[36em] text-[1.0625rem] leading-normal text-ink-2 md:mt-5.5 md:text-xl">{t("lede")}</p>
        <div className="mt-7.5 flex flex-wrap gap-3">
          <ButtonLink href="/sign-up" look="primary" size="lg" className="max-md:grow">
            {t("open")}
          </ButtonLink>
          <ButtonLink href="#run" size="lg" icon="code" className="max-md:grow">
            {t("run")}
          </ButtonLink>
        </div>
        <p className="mt-3.5 text-sm text-ink-3">{t("small")}</p>
      </div>
      <Tariff quote={quote} />
    </section>
  );
}
