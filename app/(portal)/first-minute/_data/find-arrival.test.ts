import { describe, expect, it } from "vitest";
import type { LedgerPage, TransactionSummary } from "@/lib/explorer/client";
import { findArrival } from "./find-arrival";

const running = { contractPackage: null, runningAt: "2026-11-20T12:00:00.700Z" };

const sent = (height: number, time: string): TransactionSummary => ({ hash: `0x${height}`, height, index: 0, time, from: "0xa", to: "0xb", value: "0", selector: null });

/** A page as the explorer gives it: newest first. */
const pageOf = (...transactions: TransactionSummary[]): LedgerPage => ({ height: transactions[0]?.height ?? 0, blocks: [], transactions });

describe("findArrival", () => {
  it("does not take the transaction that proves the way for the user's first one", () => {
    expect(findArrival(pageOf(sent(1, "2026-11-20T12:00:00.000Z")), running)).toBeUndefined();
  });

  it("sees a transaction that came within the second in which the sub-chain began to run", () => {
    const first = sent(2, "2026-11-20T12:00:00.000Z");
    expect(findArrival(pageOf(first, sent(1, "2026-11-20T12:00:00.000Z")), running)).toBe(first);
  });

  it("gives the first of several, not the newest", () => {
    const first = sent(2, "2026-11-20T12:00:05.000Z");
    expect(findArrival(pageOf(sent(4, "2026-11-20T12:00:09.000Z"), sent(3, "2026-11-20T12:00:06.000Z"), first), running)).toBe(first);
  });

  it("skips what an interrupted opening sent a second time", () => {
    const page = pageOf(sent(3, "2026-11-20T12:00:09.000Z"), sent(2, "2026-11-20T11:59:58.000Z"), sent(1, "2026-11-20T11:59:50.000Z"));
    expect(findArrival(page, running)?.height).toBe(3);
  });

  it("counts the contract's own block where there is a contract", () => {
    expect(findArrival(pageOf(sent(2, "2026-11-20T12:00:00.000Z")), { ...running, contractPackage: { kind: "template" } })).toBeUndefined();
  });

  it("finds nothing before the sub-chain runs", () => {
    expect(findArrival(pageOf(sent(5, "2026-11-20T12:00:05.000Z")), { ...running, runningAt: null })).toBeUndefined();
  });
});
