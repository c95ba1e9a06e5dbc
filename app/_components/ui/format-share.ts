/** A part of a whole as per cent: 12 %, 3.4 %, 0.05 %; more than one whole is more than 100 %. Something is never 0 %. */
export function formatShare(share: number, locale: string): string {
  const least = 0.0001;
  const format = (value: number) => new Intl.NumberFormat(locale, { style: "percent", maximumSignificantDigits: value < 0.1 ? 2 : 3 }).format(value);
  if (share <= 0) return format(0);
  return share < least ? `< ${format(least)}` : format(share);
}
