import { encodeRules, type ChainRules } from './consensus/rules';
import type { CheckedTransaction, ExecutedBlock } from './framework';
import { findVersionFault, type Peer } from './peer';
import { rulesAfter } from './rules-history';
import { draftBlock, type BlockDraft } from './seal-block';
import { executeInTurn, type Turn } from './turn';
import { height, type TimeMs } from './types';

export interface BuiltBlock {
  readonly draft: BlockDraft;
  readonly dropped: ExecutedBlock['dropped'];
}

/**
 * A block that others have a say in comes seldom: with one round's share in each, a sub-chain would get less than its part
 * of the thread.
 */
const AGREED_ROUNDS = 8;

/** How many rounds' share of the thread a block may take at once. */
export function roundsOf({ validators }: ChainRules): number {
  return validators.length > 1 ? AGREED_ROUNDS : 1;
}

/**
 * A proposer's turn: executes the batch on top of its last block, until others want the turn, and drafts what is left of
 * it, maybe nothing; what the turn did not come to is neither in the draft nor dropped. A change of the rules has a block of its own. Throws when the framework does, or is too old for the rules in force: the peer
 * stops.
 */
export async function buildBlock(peer: Peer, turn: Turn, batch: readonly CheckedTransaction[], now: TimeMs, change?: ChainRules): Promise<BuiltBlock> {
  const at = height(peer.parent.height + 1);
  const previousHash = peer.parent.hash;
  const rules = peer.rules.at(at);
  const fault = findVersionFault(peer, at, rules);
  if (fault !== undefined) throw new Error(fault);
  // The wall clock may step back, the chain's may not.
  const time = now > peer.parent.time ? now : peer.parent.time;
  const proposer = peer.signer.publicKey;
  const transactions = batch.map(({ bytes }) => bytes);
  const input = { height: at, parentHash: previousHash, time, proposer, engineVersion: rules.engineVersion, transactions, building: true };
  const executed = await executeInTurn(turn, peer.instance, input, peer.storage.pendingState, roundsOf(rules));
  const nextRules = rulesAfter(peer.rules, at, change);
  const place = { chain: peer.chain, height: at, previousHash, time, proposer, rules, nextRules, ...(change === undefined ? {} : { change: encodeRules(change) }) };
  return { draft: draftBlock(place, executed), dropped: executed.dropped };
}
