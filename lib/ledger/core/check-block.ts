import { decodeBlock, decodeBody, hashHeader, type Block, type BlockBody } from './block';
import { findCertificateFault, type Certificate } from './consensus/certificate';
import { decodeRules, findRulesFault, indexOfValidator, type ChainRules } from './consensus/rules';
import { verifySignature } from './crypto';
import type { ExecutedBlock } from './framework';
import { findVersionFault, type Peer } from './peer';
import { publicReason } from './public-reason';
import { nameOfRules, rulesAfter } from './rules-history';
import { draftBlock, findDifference, type BlockDraft } from './seal-block';
import { executeInTurn, type Turn } from './turn';
import type { TimeMs } from './types';

/** A block may be this far ahead of a peer's clock. */
export const CLOCK_SKEW_MS_MAX = 2_000;
/** A block without transactions comes this long after its parent, or later: readers may ask for it as often as they like. */
export const EMPTY_PAUSE_MS = 1_000;
/** Most that a proposer puts into a block, but always one transaction. */
export const BLOCK_CAPS = { transactionsMax: 1_000, bytesMax: 2 * 1024 * 1024 } as const;

/**
 * What a following peer makes of a block record.
 * `refused`: nobody who matters stands behind it, or it does not fit now: the peer goes on without it.
 * `fault`: those who make blocks final made this one, and this peer finds it wrong: it stops.
 */
export type BlockVerdict =
  | { readonly kind: 'good'; readonly draft: BlockDraft; readonly certificate: Certificate }
  | { readonly kind: 'refused'; readonly reason: string; /** It is final all the same: this peer is behind. */ readonly isFinal?: true }
  | { readonly kind: 'fault'; readonly reason: string; readonly cause?: unknown };

/** Checks a final block's record against the peer's last block and executes it again from its bytes, on the peer's own state. */
export async function checkBlock(peer: Peer, turn: Turn, record: Uint8Array, now: TimeMs): Promise<BlockVerdict> {
  let block: Block;
  try {
    block = decodeBlock(record);
  } catch (error) {
    return { kind: 'refused', reason: `not a block: ${reasonOf(error)}` };
  }
  const { header, certificate } = block;
  if (header.chain !== peer.chain) return { kind: 'refused', reason: `a block of ${header.chain}` };
  if (header.height !== peer.parent.height + 1) return { kind: 'refused', reason: `block ${header.height} where ${peer.parent.height + 1} is next` };
  const rules = peer.rules.at(header.height);
  const fault = findCertificateFault({ chain: peer.chain, height: header.height, hash: hashHeader(header) }, certificate, rules, verifySignature);
  if (fault !== undefined) return { kind: 'refused', reason: `block ${header.height} is not final: ${fault}` };
  // One clock alone may be wrong; a quorum's says that this peer's is.
  if (rules.finality === 'solo' && header.time > now + CLOCK_SKEW_MS_MAX) return { kind: 'refused', reason: tooEarly(header, now), isFinal: true };
  const result = await execute(peer, turn, block, rules);
  if (result.kind === 'bad') return { kind: 'fault', reason: result.reason, cause: result.cause };
  return { kind: 'good', draft: result.draft, certificate };
}

/** What a validator makes of a proposal. `later`: only its own clock or its operator speaks against it. */
export type ProposalVerdict =
  | { readonly kind: 'good'; readonly draft: BlockDraft }
  | { readonly kind: 'later'; readonly reason: string }
  | { readonly kind: 'bad'; readonly reason: string; readonly cause?: unknown };

export interface ProposalView {
  readonly now: TimeMs;
  /** Rules that this peer's operator approved for the next block. */
  readonly approved: ChainRules | undefined;
  /** A quorum stands behind it: neither clock nor operator counts. */
  readonly isCertain: boolean;
}

/** Checks a proposed block, whose height and parent are the next, and executes it. */
export async function checkProposal(peer: Peer, turn: Turn, bytes: Uint8Array, { now, approved, isCertain }: ProposalView): Promise<ProposalVerdict> {
  const block = decodeBody(bytes);
  const { header, change, transactions } = block;
  const rules = peer.rules.at(header.height);
  const size = transactions.reduce((sum, transaction) => sum + transaction.length, 0);
  if (transactions.length > BLOCK_CAPS.transactionsMax || (transactions.length > 1 && size > BLOCK_CAPS.bytesMax)) {
    return { kind: 'bad', reason: `block ${header.height} holds ${transactions.length} transactions of ${size} bytes, more than a block may` };
  }
  if (!isCertain && header.time > now + CLOCK_SKEW_MS_MAX) return { kind: 'later', reason: tooEarly(header, now) };
  if (!isCertain && change !== undefined && (approved === undefined || nameOfRules(approved) !== nameOfRules(decodedRules(change) ?? rules))) {
    return { kind: 'later', reason: `block ${header.height} changes the rules as nobody here approved` };
  }
  return execute(peer, turn, block, rules);
}

/** What is wrong with a block whatever the clock says, or its execution. */
async function execute(peer: Peer, turn: Turn, block: BlockBody, rules: ChainRules): Promise<Exclude<ProposalVerdict, { kind: 'later' }>> {
  const { header, transactions, change } = block;
  const changed = change === undefined ? undefined : decodedRules(change);
  const fault = findFault(peer, block, rules, changed);
  if (fault !== undefined) return { kind: 'bad', reason: fault };
  let executed: ExecutedBlock;
  try {
    const input = { height: header.height, parentHash: header.previousHash, time: header.time, proposer: header.proposer, engineVersion: rules.engineVersion, transactions, building: false };
    executed = await executeInTurn(turn, peer.instance, input, peer.storage.pendingState);
  } catch (error) {
    return { kind: 'bad', reason: `block ${header.height} cannot be executed: ${publicReason(error)}`, cause: error };
  }
  const { chain, height, previousHash, time, proposer } = header;
  const nextRules = rulesAfter(peer.rules, height, changed);
  const draft = draftBlock({ chain, height, previousHash, time, proposer, rules, nextRules, ...(change === undefined ? {} : { change }) }, executed);
  const difference = findDifference(header, draft.header);
  if (difference !== undefined) return { kind: 'bad', reason: `block ${height} executes differently: ${difference}` };
  return { kind: 'good', draft };
}

function findFault(peer: Peer, { header, transactions, change }: BlockBody, rules: ChainRules, changed: ChainRules | undefined): string | undefined {
  const { height, time } = header;
  if (header.previousHash !== peer.parent.hash) {
    return `block ${height} follows ${header.previousHash}, but block ${peer.parent.height} is ${peer.parent.hash} here: those who order made two histories`;
  }
  if (indexOfValidator(rules, header.proposer) < 0) return `block ${height} is of a peer that does not order`;
  if (time < peer.parent.time) return `block ${height} is older than the block before it`;
  if (transactions.length === 0 && change === undefined && time < peer.parent.time + EMPTY_PAUSE_MS) return `block ${height} is empty and comes ${time - peer.parent.time} ms after its parent`;
  const outdated = findVersionFault(peer, height, rules);
  if (outdated !== undefined) return outdated;
  if (header.engineVersion !== rules.engineVersion) return `block ${height} names version ${header.engineVersion} where ${rules.engineVersion} is in force`;
  if (change !== undefined && peer.rules.isFull) return `block ${height} changes the rules once more than can be kept`;
  if (change !== undefined && changed === undefined) return `block ${height} changes the rules to what cannot be`;
  const changeFault = changed === undefined ? undefined : (findRulesFault(changed) ?? findStepBack(rules, changed));
  if (changeFault !== undefined) return `block ${height} changes the rules to what cannot be: ${changeFault}`;
  const names = [nameOfRules(rules), nameOfRules(rulesAfter(peer.rules, height, changed))];
  if (header.validators !== names[0] || header.nextValidators !== names[1]) return `block ${height} names other peers than its sub-chain has`;
  return undefined;
}

/** A version that was in force, or is announced, cannot be taken back: blocks were made with it in mind. */
export function findStepBack(rules: ChainRules, changed: ChainRules): string | undefined {
  if (changed.engineVersion !== rules.engineVersion) return `version ${changed.engineVersion} where ${rules.engineVersion} is in force`;
  const { upgrade } = rules;
  if (upgrade === undefined || (changed.upgrade?.engineVersion === upgrade.engineVersion && changed.upgrade.height === upgrade.height)) return undefined;
  return `version ${upgrade.engineVersion} is announced for height ${upgrade.height}`;
}

function decodedRules(bytes: Uint8Array): ChainRules | undefined {
  try {
    return decodeRules(bytes);
  } catch {
    // Whatever is wrong with it: it is no change that anybody could approve.
    return undefined;
  }
}

function tooEarly(header: { readonly height: number; readonly time: number }, now: TimeMs): string {
  return `block ${header.height} is ${header.time - now} ms ahead of this clock`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unreadable';
}
