/** Digits in groups of four, as they stand on the card. */
export function groupDigits(typed: string): string {
  return typed.replaceAll(/\D/g, "").slice(0, 19).replaceAll(/(\d{4})(?=\d)/g, "$1 ");
}

/** `04/28`, `4/2028` or `0428` as month and year; NaN for what is neither. */
export function readExpiry(typed: string): { expiryMonth: number; expiryYear: number } {
  const [, month, year] = /^\s*(\d{1,2})\s*[/\-. ]?\s*(\d{4}|\d{2})\s*$/.exec(typed) ?? [];
  return { expiryMonth: Number(month ?? NaN), expiryYear: year?.length === 2 ? 2000 + Number(year) : Number(year ?? NaN) };
}
