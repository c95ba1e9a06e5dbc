import { useLocale } from "next-intl";
import { formatBytes } from "./format-bytes";
import { formatCount } from "./format-count";

/** A size; the exact number of bytes on hover. */
export function Bytes({ value }: Readonly<{ value: bigint | number }>) {
  const locale = useLocale();
  return (
    <span className="whitespace-nowrap" title={formatCount(value, locale)}>
      {formatBytes(value, locale)}
    </span>
  );
}
