/** Says which dollar: "US$365.00", not "$365.00". */
const locales: Readonly<Record<string, string>> = { en: "en-GB" };

/**
 * Money as text.
 * @param minor integer minor units (cents); a string when it comes through JSON
 * @param currency ISO 4217 code
 * @param whole leaves ".00" away where a price is a round sum
 */
export function formatMoney(minor: bigint | number | string, currency: string, locale: string, whole = false): string {
  const units = BigInt(minor);
  const place = locales[locale] ?? locale;
  const digits = new Intl.NumberFormat(place, { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const base = 10n ** BigInt(digits);
  const size = units < 0n ? -units : units;
  const fraction = digits === 0 ? "" : `.${(size % base).toString().padStart(digits, "0")}`;
  // As a decimal string: a number would round above 2^53 cents.
  const amount = `${units < 0n ? "-" : ""}${size / base}${fraction}` as `${number}`;
  const round = whole && size % base === 0n;
  return new Intl.NumberFormat(place, { style: "currency", currency, ...(round ? { maximumFractionDigits: 0 } : {}) }).format(amount);
}
