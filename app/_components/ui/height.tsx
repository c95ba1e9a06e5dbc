import { useLocale } from "next-intl";
import { formatCount } from "./format-count";

/** Height of a block: the number of blocks below it. */
export function Height({ value }: Readonly<{ value: bigint | number }>) {
  return <span className="whitespace-nowrap">{formatCount(value, useLocale())}</span>;
}
