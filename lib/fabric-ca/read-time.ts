const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Year 9999, as far as RFC 3339 and the database go together. */
const timeMax = Date.UTC(9999, 11, 31);

/**
 * A time as Fabric CA takes it in a query: RFC 3339, a date, or a distance from now with its sign (`-30d`, `+1h30m`). Undefined
 * for anything else.
 */
export function readTime(text: string, nowMs: number): Date | undefined {
  const timeMs = /^[+-]/.test(text) ? nowMs + readDistance(text) : readMoment(text);
  return Number.isFinite(timeMs) && timeMs >= 0 && timeMs <= timeMax ? new Date(timeMs) : undefined;
}

function readMoment(text: string): number {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN;
}

function readDistance(text: string): number {
  const [sign, distance] = [text[0] === '-' ? -1 : 1, text.slice(1).toLowerCase()];
  if (!/^(\d{1,9}(\.\d{1,9})?(ms|s|m|h|d))+$/.test(distance)) return Number.NaN;
  const parts = [...distance.matchAll(/([\d.]+)(ms|s|m|h|d)/g)];
  return sign * parts.reduce((sum, [, count = '', unit = '']) => sum + Number(count) * (unitsMs[unit] ?? Number.NaN), 0);
}
