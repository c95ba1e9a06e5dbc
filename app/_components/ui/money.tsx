import { useLocale } from "next-intl";
import { formatMoney } from "./format-money";

type Props = Readonly<{ /** Integer minor units. */ minor: bigint | number | string; currency: string; /** Without ".00" where the sum is round. */ whole?: boolean }>;

export function Money({ minor, currency, whole = false }: Props) {
  return <span className="whitespace-nowrap">{formatMoney(minor, currency, useLocale(), whole)}</span>;
}
