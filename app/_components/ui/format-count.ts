/** A count with thousands separated, or short: 1,482,907 or 1.48 M. */
export function formatCount(value: bigint | number, locale: string, compact = false): string {
  if (!compact) return new Intl.NumberFormat(locale).format(value);
  return new Intl.NumberFormat(locale, { notation: "compact", maximumSignificantDigits: 3 })
    .formatToParts(value)
    .map((part) => (part.type === "compact" ? ` ${part.value}` : part.value))
    .join("");
}
