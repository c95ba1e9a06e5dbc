"use client";

import { useLocale, useNow, useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";
import { subscribeToSeconds } from "./clock";
import { ageOf } from "./format-age";
import { formatClock, formatDate, formatMoment } from "./format-time";

type Props = Readonly<{
  /** A moment: ISO text, milliseconds since 1970 or a Date. */
  value: string | number | Date;
  /** `age`: 12 s ago, in 3 days · `moment`: 20 Nov 2026, 14:31:07 UTC · `date` · `clock`: 14:31:07. */
  show?: "age" | "moment" | "date" | "clock";
}>;

/** All screens speak UTC; the exact moment is on hover. */
export function Time({ value, show = "age" }: Props) {
  const locale = useLocale();
  const moment = new Date(value);
  const exact = formatMoment(moment, locale);
  const text = { moment: exact, date: formatDate(moment, locale), clock: formatClock(moment, locale) };
  return (
    <time dateTime={moment.toISOString()} title={exact} className="whitespace-nowrap">
      {show === "age" ? <AgeWords momentMs={moment.getTime()} /> : text[show]}
    </time>
  );
}

function AgeWords({ momentMs }: Readonly<{ momentMs: number }>) {
  const t = useTranslations("ui.age");
  // The server's clock reading comes along with the page, so the first drawing in the browser says the same words.
  const serverNowMs = useNow().getTime();
  const words = (nowMs: number) => {
    const { unit, count, future } = ageOf(momentMs, nowMs);
    return unit === "now" ? t("now") : t(`${unit}${future ? "Ahead" : "Ago"}`, { count });
  };
  return useSyncExternalStore(
    subscribeToSeconds,
    () => words(Date.now()),
    () => words(serverNowMs),
  );
}
