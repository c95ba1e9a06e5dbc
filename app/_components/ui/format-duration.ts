/** A span of time as its size deserves: 227 ms, 7.3 s, 2 min 5 s, 3 h 20 min, 41 days. */
export function formatDuration(ms: number, locale: string): string {
  const unit = (value: number, name: "millisecond" | "second" | "minute" | "hour" | "day", digits = 0) =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: name === "day" ? "long" : "short", maximumFractionDigits: digits, minimumFractionDigits: digits })
      .format(value)
      .replace("sec", "s")
      .replace("hr", "h");
  const seconds = Math.max(60, Math.floor(ms / 1_000));
  if (ms < 999.5) return unit(Math.round(ms), "millisecond");
  // 59.96 s would be printed as 60.0 s.
  if (ms < 59_950) return unit(ms / 1_000, "second", 1);
  if (seconds < 3_600) return [unit(Math.floor(seconds / 60), "minute"), seconds % 60 ? unit(seconds % 60, "second") : ""].filter(Boolean).join(" ");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 48 * 60) return [unit(Math.floor(minutes / 60), "hour"), minutes % 60 ? unit(minutes % 60, "minute") : ""].filter(Boolean).join(" ");
  return unit(Math.floor(minutes / 1_440), "day");
}
