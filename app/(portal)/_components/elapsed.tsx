"use client";

import { useLocale, useNow } from "next-intl";
import { useSyncExternalStore } from "react";
import { subscribeToSeconds } from "@/app/_components/ui/clock";
import { formatDuration } from "@/app/_components/ui/format-duration";

type Props = Readonly<{ /** ISO 8601 or milliseconds since 1970. */ since: string | number; /** Null while it is still running: then it counts. */ until: string | number | null }>;

/** A span that grows by the second until it has an end. */
export function Elapsed({ since, until }: Props) {
  const locale = useLocale();
  const serverNowMs = useNow().getTime();
  const sinceMs = new Date(since).getTime();
  const endMs = until === null ? undefined : new Date(until).getTime();
  // Whole seconds while it counts: a finer figure would be wrong between two ticks.
  const ms = (nowMs: number) => (endMs === undefined ? Math.max(1_000, Math.floor((nowMs - sinceMs) / 1_000) * 1_000) : Math.max(0, endMs - sinceMs));
  const words = (nowMs: number) => formatDuration(ms(nowMs), locale).replace(/\.0(?=\D)/, "");
  const text = useSyncExternalStore(
    subscribeToSeconds,
    () => words(Date.now()),
    () => words(serverNowMs),
  );
  return (
    <span className="whitespace-nowrap" suppressHydrationWarning>
      {text}
    </span>
  );
}
