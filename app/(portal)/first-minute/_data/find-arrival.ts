import type { ApplicationView } from "@/lib/applications/client";
import type { LedgerPage, TransactionSummary } from "@/lib/explorer/client";

/** Blocks that opening a sub-chain writes itself: the contract if there is one, and the transaction that proves the way. */
export function provisionedBlocks({ contractPackage }: Pick<ApplicationView, "contractPackage">): number {
  return contractPackage === null ? 1 : 2;
}

/**
 * The oldest transaction on this page that a client sent; undefined while there is none. Opening a sub-chain sends
 * some of its own, more of them when it was interrupted: those lie before the moment from which it runs.
 */
export function findArrival(page: LedgerPage, application: Pick<ApplicationView, "contractPackage" | "runningAt">): TransactionSummary | undefined {
  if (application.runningAt === null) return undefined;
  // A block's time has whole seconds.
  const sinceMs = Math.floor(new Date(application.runningAt).getTime() / 1_000) * 1_000;
  const own = provisionedBlocks(application);
  return page.transactions.findLast(({ height, time }) => height > own && new Date(time).getTime() >= sinceMs);
}
