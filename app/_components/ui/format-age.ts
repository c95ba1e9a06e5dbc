export type AgeUnit = "now" | "second" | "minute" | "hour" | "day";

export type Age = Readonly<{ unit: AgeUnit; count: number; future: boolean }>;

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long before or after `now` a moment is, in the largest unit of which there is at least one (two days begin at 48 h). */
export function ageOf(momentMs: number, nowMs: number): Age {
  const distance = Math.abs(nowMs - momentMs);
  const future = momentMs > nowMs;
  const age = (unit: AgeUnit, unitMs: number): Age => ({ unit, count: Math.floor(distance / unitMs), future });
  if (distance < secondMs) return { unit: "now", count: 0, future: false };
  if (distance < minuteMs) return age("second", secondMs);
  if (distance < hourMs) return age("minute", minuteMs);
  if (distance < 2 * dayMs) return age("hour", hourMs);
  // A month that has just begun still has 30 days to go, not 29.
  return future ? { unit: "day", count: Math.round(distance / dayMs), future } : age("day", dayMs);
}
