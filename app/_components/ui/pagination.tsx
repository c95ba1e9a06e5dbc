import { useTranslations } from "next-intl";
import { ButtonLink } from "./button-link";
import { Button } from "./button";

type Props = Readonly<{
  /** First and last place shown, counted from 1. */
  from: number;
  to: number;
  /** Absent where counting would be slow. */
  total?: number;
  previousHref?: string | undefined;
  nextHref?: string | undefined;
}>;

/** Pages by address, so that the browser's own way back works. */
export function Pagination({ from, to, total, previousHref, nextHref }: Props) {
  const t = useTranslations("ui.pagination");
  const ends = [
    { label: t("previous"), href: previousHref },
    { label: t("next"), href: nextHref },
  ];
  return (
    <nav aria-label={t("label")} className="flex flex-wrap items-center justify-between gap-3">
      <span className="text-sm text-ink-2">{total === undefined ? t("rangeOpen", { from, to }) : t("range", { from, to, total })}</span>
      <span className="flex gap-2">
        {ends.map(({ label, href }) =>
          href ? (
            <ButtonLink key={label} href={href} size="sm">
              {label}
            </ButtonLink>
          ) : (
            <Button key={label} size="sm" disabled>
              {label}
            </Button>
          ),
        )}
      </span>
    </nav>
  );
}
