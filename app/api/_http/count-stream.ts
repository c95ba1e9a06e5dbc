import { AppError, singleton } from "@/lib/platform";

/** Several tabs with one or two streams each; more is a fault in a page or an attack. */
const streamsPerUserMax = 20;

/**
 * Counts an open stream of this user in this process; gives the function that counts it off, once.
 * @throws AppError RATE_LIMITED past the limit.
 */
export function countStream(userId: string): () => void {
  const open = singleton("open-streams", () => new Map<string, number>());
  const count = open.get(userId) ?? 0;
  if (count >= streamsPerUserMax) {
    throw new AppError("RATE_LIMITED", { retryAfterSeconds: 15 }, { publicMessage: "Too many pages with live data are open. Close some of them." });
  }
  open.set(userId, count + 1);
  let released = false;
  return () => {
    if (released) return;
    released = true;
    const left = (open.get(userId) ?? 1) - 1;
    if (left > 0) open.set(userId, left);
    else open.delete(userId);
  };
}
