import type { StateReader, StateWrite } from '../../../core/storage';
import { blockSignatureKey } from '../chain-keys';
import type { JudgedBlock } from '../execute-block';
import { encodeHeaderDer, encodeOrdererValue, signBlockSlot, type IdentitySigner } from '../protocol';
import { commitPrivateData } from '../state';
import { mergePlaintexts } from './merge-plaintexts';
import { aside, received } from './plaintext-store';

/** Who this peer is in its channel. */
export interface LocalRoles {
  /** MSP ids of the organisations whose private data it keeps. */
  readonly organisations: readonly string[];
  /** Signs its copies of blocks as an orderer; absent: they are unsigned, and each client that asks for it sees so. */
  readonly orderer?: BlockSigner;
}

export interface BlockSigner extends IdentitySigner {
  /** 24 bytes that are used once. */
  nonce(): Uint8Array;
}

/**
 * What a block does to this peer's own keys, on the state before it: plaintext that was put aside, or given by other peers, comes in where the block
 * has its hash, expired and purged data go, and the block gets this orderer's signature. The state that all peers agree on
 * does not follow from any of it.
 */
export function localWritesOf({ header, outcome, definitions, transactions }: JudgedBlock, { organisations, orderer }: LocalRoles, state: StateReader): readonly StateWrite[] {
  const number = Number(header.number);
  const isMember = (namespace: string, collection: string): boolean => {
    const members = definitions.membersOf(namespace, collection);
    return organisations.some((mspId) => members.has(mspId));
  };
  const plaintexts = new Map<number, Uint8Array>();
  for (const { version, rwset } of outcome.valid) {
    if (!rwset.namespaces.some(({ collections }) => collections.length > 0)) continue;
    const txId = transactions[version.transaction]?.txId ?? '';
    const merged = mergePlaintexts([...aside.list(txId, state), ...received.list(txId, state)], rwset);
    if (merged !== undefined) plaintexts.set(version.transaction, merged);
  }
  const { writes } = commitPrivateData({ outcome, privateState: state, plaintexts, collectionsOf: definitions.collectionsOf, isMember });
  const txIds = transactions.map(({ txId }) => txId);
  const cleared = [...aside.clear(number, txIds, state), ...received.clear(number, txIds, state)];
  const signed = orderer === undefined ? [] : [{ key: blockSignatureKey(number), value: signBlockSlot(encodeOrdererValue(header.lastConfig), encodeHeaderDer(header), orderer, orderer.nonce()) }];
  return [...writes, ...signed, ...cleared].sort((a, b) => Buffer.compare(a.key, b.key));
}
