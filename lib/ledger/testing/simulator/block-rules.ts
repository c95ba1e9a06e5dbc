import type { Verdict } from '../../core/consensus/effects';
import type { Tip } from './chain-entry';
import type { Executed } from './copy';
import type { Ledger } from './ledger';
import { NO_RULES, readNextRules, type TinyBlock } from './tiny-block';

/** How far ahead of a peer's clock a block may be. */
const AHEAD_MS_MAX = 2_000;

export interface BlockView {
  readonly clockMs: number;
  /** Whether the operator approved such rules. */
  readonly approves: (rules: Uint8Array) => boolean;
  /** A quorum stands behind the block. */
  readonly isCertain: boolean;
}

export interface Judged {
  readonly verdict: Verdict;
  /** Of a block that is not bad. */
  readonly executed?: Executed;
}

const BAD: Judged = { verdict: 'bad' };

/** What a peer says to a block on top of its tip, after executing it. */
export function judgeBlock({ tip, included, copy }: Ledger, block: TinyBlock | undefined, { clockMs, approves, isCertain }: BlockView): Judged {
  if (block === undefined || block.height !== tip.height + 1 || block.previousHash !== tip.hash || block.timeMs < tip.timeMs) return BAD;
  const { transactions, nextRules, engineVersion } = block;
  if (engineVersion !== tip.rules.engineVersion) return BAD;
  if (new Set(transactions).size !== transactions.length || transactions.some((id) => included.has(id))) return BAD;
  if (nextRules.length > 0 && (transactions.length > 0 || readNextRules(block) === undefined)) return BAD;
  const executed = copy.execute({ height: block.height, timeMs: block.timeMs, engineVersion, before: tip.state, transactions }, false);
  if (executed === undefined || executed.state !== block.state) return BAD;
  if (isCertain) return { verdict: 'good', executed };
  const isLater = block.timeMs > clockMs + AHEAD_MS_MAX || (nextRules.length > 0 && !approves(nextRules));
  return { verdict: isLater ? 'later' : 'good', executed };
}

export interface Draft {
  /** Undefined: there is nothing to put into one. */
  readonly block: TinyBlock | undefined;
  readonly executed: Executed;
  /** What was wanted and can be in no block any more. */
  readonly dropped: readonly number[];
}

export interface DraftView {
  readonly clockMs: number;
  readonly wanted: readonly number[];
  /** Rules for a block of their own. */
  readonly change: Uint8Array | undefined;
  /** After a round in vain an empty block will do: somebody opened the height, and perhaps nobody knows why any more. */
  readonly mayBeEmpty: boolean;
  readonly salt: () => number;
}

/** A proposer's block on top of its tip. Undefined when the framework failed. */
export function draftBlock({ tip, copy }: Ledger, { clockMs, wanted, change, mayBeEmpty, salt }: DraftView): Draft | undefined {
  const timeMs = Math.max(tip.timeMs, clockMs);
  const executed = copy.execute({ height: tip.height + 1, timeMs, engineVersion: tip.rules.engineVersion, before: tip.state, transactions: wanted }, true);
  if (executed === undefined) return undefined;
  const dropped = wanted.filter((id) => !executed.transactions.includes(id));
  const isWanted = executed.transactions.length > 0 || change !== undefined || mayBeEmpty;
  return { block: isWanted ? blockOn(tip, timeMs, salt(), executed, change) : undefined, executed, dropped };
}

function blockOn(tip: Tip, timeMs: number, salt: number, { transactions, state }: Executed, change: Uint8Array | undefined): TinyBlock {
  return {
    height: tip.height + 1,
    previousHash: tip.hash,
    timeMs,
    engineVersion: tip.rules.engineVersion,
    state,
    salt,
    transactions,
    nextRules: change ?? NO_RULES,
  };
}
