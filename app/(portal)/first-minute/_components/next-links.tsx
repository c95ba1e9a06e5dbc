import { useLocale, useTranslations } from "next-intl";
import Link from "next/link";
import { formatMoney } from "@/app/_components/ui/format-money";
import { Icon } from "@/app/_components/ui/icon";
import type { PriceQuote } from "@/lib/billing/client";

/** Where one goes from here. */
export function NextLinks({ applicationId, price }: Readonly<{ applicationId: string; price: PriceQuote }>) {
  const t = useTranslations("minute.next");
  const locale = useLocale();
  const links = [
    { href: `/applications/${applicationId}`, title: t("overview"), text: t("overviewText") },
    { href: `/applications/${applicationId}/keys`, title: t("keys"), text: t("keysText") },
    { href: "/publish", title: t("publish", { price: formatMoney(price.amountMinor, price.currency, locale, true) }), text: t("publishText") },
  ];
  return (
    <nav aria-label={t("label")} className="sheet grid md:grid-cols-3">
      {links.map(({ href, title, text }) => (
        <Link key={href} href={href} className="grid gap-1 border-line px-4 py-3.5 text-ink no-underline hover:bg-hover max-md:border-t max-md:first:border-t-0 md:border-l md:first:border-l-0">
          <span className="inline-flex items-center gap-1 font-medium">
            {title}
            <Icon name="forward" size={12} />
          </span>
          <span className="text-sm text-ink-2">{text}</span>
        </Link>
      ))}
    </nav>
  );
}
