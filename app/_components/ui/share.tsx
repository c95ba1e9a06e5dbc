import { useLocale } from "next-intl";
import { formatShare } from "./format-share";

/** Per cent; more digits on hover. */
export function Share({ value }: Readonly<{ value: number }>) {
  const locale = useLocale();
  return (
    <span className="whitespace-nowrap" title={new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 5 }).format(value)}>
      {formatShare(value, locale)}
    </span>
  );
}
