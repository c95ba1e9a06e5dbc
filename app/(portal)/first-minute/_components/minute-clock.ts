import type { ApplicationView } from "@/lib/applications/client";

/** Who signed up longer ago came back later: then the minute begins with the click that opened the sub-chain. */
const signUpMsMax = 10 * 60_000;

/** When the minute began. */
export function minuteStart(application: Pick<ApplicationView, "createdAt">, signedUpAtMs: number | undefined): { atMs: number; isSignUp: boolean } {
  const clickedAtMs = new Date(application.createdAt).getTime();
  return signedUpAtMs !== undefined && clickedAtMs - signedUpAtMs < signUpMsMax ? { atMs: signedUpAtMs, isSignUp: true } : { atMs: clickedAtMs, isSignUp: false };
}

/** `0:38.2`: minutes, seconds and tenths. */
export function formatSinceStart(ms: number): string {
  // Rounded before it is split: 59.96 s is 1:00.0 and not 0:60.0.
  const tenths = Math.round(Math.max(0, ms) / 100);
  return `${Math.floor(tenths / 600)}:${((tenths % 600) / 10).toFixed(1).padStart(4, "0")}`;
}

/**
 * A moment that is known by a block's time, which has whole seconds: as many whole seconds after the start, so that no
 * tenth is shown that nobody measured.
 * @returns milliseconds since 1970
 */
export function inWholeSeconds(startMs: number, blockTime: string): number {
  return startMs + Math.max(0, Math.ceil((new Date(blockTime).getTime() - startMs) / 1_000)) * 1_000;
}
