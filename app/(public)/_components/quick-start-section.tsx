import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { CodeBlock } from "@/app/_components/ui/code-block";
import { formatMoney } from "@/app/_components/ui/format-money";
import { PipeTimeline } from "@/app/_components/ui/pipe-timeline";
import type { PriceQuote } from "@/lib/billing/client";
import { localSnippet, quickStartSnippets } from "./quick-start-snippets";
import { Section } from "./section";

export function QuickStartSection({ quote }: Readonly<{ quote: PriceQuote }>) {
  const t = useTranslations("landing.start");
  const price = formatMoney(quote.amountMinor, quote.currency, useLocale(), true);
  const code = (text: ReactNode) => <code className="text-ink">{text}</code>;
  return (
    <Section id="start" title={t("title")} text={t("text")}>
      <div className="grid gap-6 md:gap-12 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
        <PipeTimeline
          plan
          large
          className="self-start"
          label={t("label")}
          steps={[
            { key: "open", title: t("open.title"), state: "next", detail: t("open.text") },
            { key: "send", title: t("send.title"), state: "next", detail: t("send.text") },
            { key: "publish", title: t("publish.title", { price }), state: "next", detail: t("publish.text") },
          ]}
        />
        <div className="grid content-start gap-4">
          <CodeBlock
            title={t("client")}
            snippets={quickStartSnippets.map((snippet) => ({ ...snippet, foot: snippet.language === "js" ? t.rich("foot", { code, package: snippet.id }) : t("footCurl") }))}
          />
          <div id="run" className="scroll-mt-6">
            <CodeBlock snippets={[localSnippet]} title={t("local")} foot={t("localFoot")} />
          </div>
        </div>
      </div>
    </Section>
  );
}
