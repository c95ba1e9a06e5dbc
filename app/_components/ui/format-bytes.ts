const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Bytes as text in decimal units, as quotas are sold: 20 GB are 20,000,000,000 bytes. */
export function formatBytes(bytes: bigint | number, locale: string): string {
  let size = Number(bytes);
  let unit = 0;
  // 999.5 would be printed as 1,000 of the smaller unit.
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(locale, { style: "unit", unit: units[unit] ?? "byte", unitDisplay: unit === 0 ? "long" : "short", maximumSignificantDigits: 3 }).format(size);
}
