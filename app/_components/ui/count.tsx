import { useLocale } from "next-intl";
import { formatCount } from "./format-count";

type Props = Readonly<{ value: bigint | number; /** 1.21 M with the exact number on hover. */ compact?: boolean }>;

export function Count({ value, compact = false }: Props) {
  const locale = useLocale();
  return (
    <span className="whitespace-nowrap" title={compact ? formatCount(value, locale) : undefined}>
      {formatCount(value, locale, compact)}
    </span>
  );
}
