import type { Verdict } from '../../core/consensus/effects';
import type { Tip } from './chain-entry';
import type { BlockToExecute, Executed } from './copy';
import { NO_RULES, readNextRules, type TinyBlock } from './tiny-block';

/** How far ahead of a peer's clock a block may be. */
const AHEAD_MS_MAX = 2_000;

export interface BlockView {
  readonly clockMs: number;
  /** Transactions that are in the chain. */
  readonly included: ReadonlySet<number>;
  /** Whether the operator approved such rules. */
  readonly approves: (rules: Uint8Array) => boolean;
  /** Undefined: something is in it that may not be there. */
  readonly execute: (block: BlockToExecute) => Executed | undefined;
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
export function judgeBlock(tip: Tip, block: TinyBlock | undefined, { clockMs, included, approves, execute, isCertain }: BlockView): Judged {
  if (block === undefined || block.height !== tip.height + 1 || block.previousHash !== tip.hash || block.timeMs < tip.timeMs) return BAD;
  const { transactions, nextRules, engineVersion } = block;
  if (engineVersion !== tip.rules.engineVersion) return BAD;
  if (new Set(transactions).size !== transactions.length || transactions.some((id) => included.has(id))) return BAD;
  if (nextRules.length > 0 && (transactions.length > 0 || readNextRules(block) === undefined)) return BAD;
  const executed = execute({ height: block.height, timeMs: block.timeMs, engineVersion, before: tip.state, transactions });
  if (executed === undefined || executed.state !== block.state) return BAD;
  if (isCertain) return { verdict: 'good', executed };
  const isLater = block.timeMs > clockMs + AHEAD_MS_MAX || (nextRules.length > 0 && !approves(nextRules));
  return { verdict: isLater ? 'later' : 'good', executed };
}

/** A block with what was executed for it, or with a change and no transactions. */
export function makeBlock(tip: Tip, timeMs: number, salt: number, { transactions, state }: Executed, change: Uint8Array | undefined): TinyBlock {
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
