import { encodeBlock, hashHeader } from './block';
import type { CheckedTransaction, ExecutedBlock } from './framework';
import type { BlockHeader } from './host-types';
import type { Peer } from './peer';
import { buildHeader, signBlock } from './seal-block';
import { height, type Hash, type TimeMs } from './types';

/** A block that a peer has executed and signed, on its way to the disk. */
export interface SealedBlock {
  readonly header: BlockHeader;
  readonly hash: Hash;
  readonly record: Uint8Array;
  readonly executed: ExecutedBlock;
}

/**
 * The ordering peer's turn: executes the batch on top of its last block and seals what is left of it; undefined when
 * nothing is. Throws when the framework does, which stops the peer.
 */
export async function buildBlock(peer: Peer, batch: readonly CheckedTransaction[], now: TimeMs): Promise<{ sealed: SealedBlock | undefined; dropped: ExecutedBlock['dropped'] }> {
  const place = {
    chain: peer.chain,
    height: height(peer.parent.height + 1),
    previousHash: peer.parent.hash,
    // The wall clock may step back, the chain's may not.
    time: now > peer.parent.time ? now : peer.parent.time,
    engineVersion: peer.framework.engineVersion,
    proposer: peer.signer.publicKey,
    validators: peer.validators,
  };
  const transactions = batch.map(({ bytes }) => bytes);
  const executed = await peer.instance.executeBlock(
    { height: place.height, parentHash: place.previousHash, time: place.time, proposer: place.proposer, transactions, building: true },
    peer.storage.pendingState,
  );
  if (executed.transactions.length === 0) return { sealed: undefined, dropped: executed.dropped };
  const header = buildHeader(place, executed);
  const hash = hashHeader(header);
  const record = encodeBlock({
    header,
    frameworkHeader: executed.frameworkHeader,
    transactions: executed.transactions.map(({ bytes }) => bytes),
    signatures: [signBlock(header, hash, peer.signer)],
  });
  return { sealed: { header, hash, record, executed }, dropped: executed.dropped };
}
