import { decodeBlock, encodeBlock, hashHeader, hashValidators, type Block } from './block';
import type { SealedBlock } from './build-block';
import { verifySignature } from './crypto';
import type { ExecutedBlock } from './framework';
import type { Peer } from './peer';
import { publicReason } from './public-reason';
import { buildHeader, findDifference, signBlock, verifyBlockSignature } from './seal-block';
import type { TimeMs } from './types';

/** A block may be this far ahead of a peer's clock. */
export const CLOCK_SKEW_MS_MAX = 2_000;

/**
 * What a following peer makes of a block record.
 * `refused`: nobody who matters stands behind it, or it does not fit now: the peer goes on without it.
 * `fault`: the ordering peer's own signature stands under something this peer finds wrong: it stops.
 */
export type BlockVerdict =
  | { readonly kind: 'sealed'; readonly sealed: SealedBlock }
  | { readonly kind: 'refused'; readonly reason: string; /** The ordering peer made it all the same: this peer is behind. */ readonly isSigned?: true }
  | { readonly kind: 'fault'; readonly reason: string; readonly cause?: unknown };

/** Checks a record against the peer's last block and executes it again from its bytes, on the peer's own state. */
export async function checkBlock(peer: Peer, record: Uint8Array, now: TimeMs): Promise<BlockVerdict> {
  const block = decodeRecord(record);
  if (typeof block === 'string') return { kind: 'refused', reason: block };
  const { header } = block;
  const refusal = findRefusal(peer, block);
  if (refusal !== undefined) return { kind: 'refused', reason: refusal };
  if (header.time > now + CLOCK_SKEW_MS_MAX) return { kind: 'refused', reason: `block ${header.height} is ${header.time - now} ms ahead of this clock`, isSigned: true };
  const fault = findFault(peer, block);
  if (fault !== undefined) return { kind: 'fault', reason: fault };

  const { transactions } = block;
  let executed: ExecutedBlock;
  try {
    executed = await peer.instance.executeBlock(
      { height: header.height, parentHash: header.previousHash, time: header.time, proposer: header.proposer, transactions, building: false },
      peer.storage.pendingState,
    );
  } catch (error) {
    return { kind: 'fault', reason: `block ${header.height} cannot be executed: ${publicReason(error)}`, cause: error };
  }
  const { chain, height, previousHash, time, engineVersion, proposer } = header;
  const own = buildHeader({ chain, height, previousHash, time, engineVersion, proposer, validators: peer.validators }, executed);
  const difference = findDifference(header, own);
  if (difference !== undefined) return { kind: 'fault', reason: `block ${header.height} executes differently: ${difference}` };

  const hash = hashHeader(header);
  const ordererSignature = block.signatures.filter(({ publicKey }) => Buffer.compare(publicKey, peer.orderer) === 0).slice(0, 1);
  const signatures = [...ordererSignature, signBlock(header, hash, peer.signer)];
  const signed = encodeBlock({ header, frameworkHeader: executed.frameworkHeader, transactions, signatures });
  return { kind: 'sealed', sealed: { header, hash, record: signed, executed } };
}

function decodeRecord(record: Uint8Array): Block | string {
  try {
    return decodeBlock(record);
  } catch (error) {
    return `not a block: ${error instanceof Error ? error.message : 'unreadable'}`;
  }
}

function findRefusal(peer: Peer, { header, signatures }: Block): string | undefined {
  if (header.chain !== peer.chain) return `a block of ${header.chain}`;
  if (header.height !== peer.parent.height + 1) return `block ${header.height} where ${peer.parent.height + 1} is next`;
  if (Buffer.compare(header.proposer, peer.orderer) !== 0) return `block ${header.height} is of a peer that does not order`;
  const signature = signatures.find(({ publicKey }) => Buffer.compare(publicKey, peer.orderer) === 0);
  if (signature === undefined) return `block ${header.height} lacks the ordering peer’s signature`;
  if (!verifyBlockSignature(header, signature, verifySignature)) return `block ${header.height} carries a wrong signature of the ordering peer`;
  return undefined;
}

function findFault(peer: Peer, { header }: Block): string | undefined {
  if (header.previousHash !== peer.parent.hash) {
    return `block ${header.height} follows ${header.previousHash}, but block ${peer.parent.height} is ${peer.parent.hash} here: the ordering peer signed two histories`;
  }
  if (header.time < peer.parent.time) return `block ${header.height} is older than the block before it`;
  if (header.engineVersion > peer.framework.engineVersion) {
    return `block ${header.height} needs version ${header.engineVersion} of ${peer.framework.name}, this program has ${peer.framework.engineVersion}: update it`;
  }
  const validators = hashValidators(peer.validators);
  if (header.validators !== validators || header.nextValidators !== validators) return `block ${header.height} names other peers than the genesis block`;
  return undefined;
}
