import type { Certificate } from '../../core/consensus/certificate';
import { rulesAt, type ChainRules } from '../../core/consensus/rules';
import { ZERO_HASH, type Hash } from '../../core/types';
import { readNextRules, type TinyBlock } from './tiny-block';

/** A final block at one peer: what it is, why it is final, and what came of it. */
export interface ChainEntry {
  readonly height: number;
  readonly hash: Hash;
  readonly bytes: Uint8Array;
  readonly block: TinyBlock;
  readonly certificate: Certificate;
  /** The rules it was made final under. */
  readonly rules: ChainRules;
  readonly state: number;
}

export const GENESIS_HASH = ZERO_HASH.replace(/0/g, '1') as Hash;

/** Where a chain stands: its last block, and the rules in force at the next height. */
export interface Tip {
  readonly height: number;
  readonly hash: Hash;
  readonly timeMs: number;
  readonly state: number;
  readonly rules: ChainRules;
}

export function genesisTip(rules: ChainRules): Tip {
  return { height: 0, hash: GENESIS_HASH, timeMs: 0, state: 1, rules: rulesAt(rules, 1) };
}

export function tipAfter({ height, hash, block, state, rules }: ChainEntry): Tip {
  const next = block.nextRules.length === 0 ? rules : (readNextRules(block) ?? rules);
  return { height, hash, timeMs: block.timeMs, state, rules: rulesAt(next, height + 1) };
}

export function entryOn(tip: Tip, { hash, bytes, block, certificate, state }: Omit<ChainEntry, 'height' | 'rules'>): ChainEntry {
  return { height: tip.height + 1, hash, bytes, block, certificate, rules: tip.rules, state };
}
