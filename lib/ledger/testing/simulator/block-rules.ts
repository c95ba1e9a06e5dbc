import type { Verdict } from '../../core/consensus/effects';
import type { Tip } from './chain-entry';
import { execute, NO_RULES, readNextRules, type TinyBlock } from './tiny-block';

/** How far ahead of a peer's clock a block may be. */
const AHEAD_MS_MAX = 2_000;

export interface BlockView {
  readonly clockMs: number;
  /** Transactions that are in the chain. */
  readonly included: ReadonlySet<number>;
  /** Whether the operator approved such rules. */
  readonly approves: (rules: Uint8Array) => boolean;
  /** A quorum stands behind the block. */
  readonly isCertain: boolean;
}

/** What a peer says to a block on top of its tip, after executing it. */
export function judgeBlock(tip: Tip, block: TinyBlock | undefined, { clockMs, included, approves, isCertain }: BlockView): Verdict {
  if (block === undefined || block.height !== tip.height + 1 || block.previousHash !== tip.hash || block.timeMs < tip.timeMs) return 'bad';
  const { transactions, nextRules, engineVersion } = block;
  if (engineVersion !== tip.rules.engineVersion || block.state !== execute(tip.state, engineVersion, transactions)) return 'bad';
  if (new Set(transactions).size !== transactions.length || transactions.some((id) => included.has(id))) return 'bad';
  if (nextRules.length > 0 && (transactions.length > 0 || readNextRules(block) === undefined)) return 'bad';
  if (isCertain) return 'good';
  if (block.timeMs > clockMs + AHEAD_MS_MAX) return 'later';
  return nextRules.length > 0 && !approves(nextRules) ? 'later' : 'good';
}

/** A block with these transactions, or with a change and none. */
export function makeBlock(tip: Tip, clockMs: number, salt: number, transactions: readonly number[], change: Uint8Array | undefined): TinyBlock {
  return {
    height: tip.height + 1,
    previousHash: tip.hash,
    timeMs: Math.max(tip.timeMs, clockMs),
    engineVersion: tip.rules.engineVersion,
    state: execute(tip.state, tip.rules.engineVersion, transactions),
    salt,
    transactions,
    nextRules: change ?? NO_RULES,
  };
}
