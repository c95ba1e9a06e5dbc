import type { ReadView } from '../../../core/framework';
import type { ChainId } from '../../../core/types';
import type { Channel } from '../channel';
import { genesisKey } from '../chain-keys';
import type { ChaincodeDefinition, CollectionDefinition } from '../chaincode-definition';
import { readDefinitions } from '../definitions';
import { readHead } from '../execute-block';
import { findMissing } from '../private-data/find-missing';
import { answerMember, type Asker } from '../private-data/member-request';
import { openOffer, type Offered } from '../private-data/private-offer';
import { unpackBlock, unpackTransaction } from '../protocol';
import { checkRwset, encodePrivateRwset, findBlockByHash, findTransaction, listMissing, privateWriteSetRange, readEntries, decodePrivatePosition, type PrivatePosition, type TransactionPlace } from '../state';
import { blockAt, storedAt } from './block-at';
import { channelView, type ChannelView } from './channel-view';
import { collectionsBefore } from './collections-before';
import { FabricReadError } from './read-error';

/** What a peer can be asked of a channel, and what it answers. All of one answer is of one height. */
export interface FabricReads {
  /** As qscc's GetChainInfo; `height` is the number of blocks. */
  'channel-info': { readonly request: object; readonly answer: { readonly height: number; readonly currentHash: Uint8Array; readonly previousHash: Uint8Array } };
  /** Bytes of a Block; undefined when there is none (yet). */
  block: { readonly request: { readonly number: number }; readonly answer: Uint8Array | undefined };
  'block-by-hash': { readonly request: { readonly hash: Uint8Array }; readonly answer: Uint8Array | undefined };
  'block-by-transaction': { readonly request: { readonly txId: string }; readonly answer: Uint8Array | undefined };
  /** Bytes of its Envelope, where it stands first and its code there. */
  transaction: { readonly request: { readonly txId: string }; readonly answer: (TransactionPlace & { readonly envelope: Uint8Array }) | undefined };
  /** The same without looking at the block. */
  'transaction-status': { readonly request: { readonly txId: string }; readonly answer: TransactionPlace | undefined };
  /** Bytes of the Block with the configuration in force. */
  'config-block': { readonly request: object; readonly answer: Uint8Array };
  definition: { readonly request: { readonly name: string }; readonly answer: ChaincodeDefinition | undefined };
  /** Bytes of a TxPvtReadWriteSet by place in the block, as far as this peer has them. */
  'block-private-data': { readonly request: { readonly number: number }; readonly answer: ReadonlyMap<number, Uint8Array> };
  /** As the transactions of a block found them, without those that every organisation has anyway. */
  'collections-before': { readonly request: { readonly chaincode: string; readonly block: number }; readonly answer: readonly CollectionDefinition[] };
  /** Private data that this peer should have and lacks, as its notes say. */
  'missing-private-data': { readonly request: { readonly limit: number }; readonly answer: readonly PrivatePosition[] };
  /** The same as the hashes say: finds what is in no note, for it came with a snapshot. Looks at every hashed key. */
  'unnoted-private-data': { readonly request: { readonly limit: number }; readonly answer: readonly PrivatePosition[] };
  /** Bytes of the answer to another organisation's peer: `encodeMemberRequest`, `decodeMemberAnswer`. */
  'member-private-data': { readonly request: Asker; readonly answer: Uint8Array };
  /** What another endorser offers to keep for this host's members, once it may: for `put-received`. */
  'offered-private-data': { readonly request: Offered; readonly answer: { readonly txId: string; readonly plaintext: Uint8Array } };
  /** SHA-256 of the plaintext that a transaction promised for a collection. */
  'promised-hash': { readonly request: { readonly position: PrivatePosition }; readonly answer: Uint8Array | undefined };
  /** Runs on a view that stands still; what it answers is passed on. */
  view: { readonly request: { readonly run: (view: ChannelView) => Promise<unknown> }; readonly answer: unknown };
}

export type FabricQuery = { readonly [K in keyof FabricReads]: { readonly kind: K } & FabricReads[K]['request'] }[keyof FabricReads];

export interface QueryContext {
  readonly chain: ChainId;
  readonly channel: Channel;
  readonly organisations: readonly string[];
  readonly yieldTurn: () => Promise<void>;
}

/** Throws FabricReadError. */
export async function answerQuery({ chain, channel, organisations, yieldTurn }: QueryContext, query: FabricQuery, view: ReadView): Promise<unknown> {
  const { state, signal } = view;
  signal.throwIfAborted();
  switch (query.kind) {
    case 'channel-info':
      return channelInfo(view);
    case 'block':
      return blockAt(view, query.number);
    case 'block-by-hash':
      return blockOrNone(view, findBlockByHash(state, query.hash));
    case 'block-by-transaction':
      return blockOrNone(view, findTransaction(state, query.txId)?.block);
    case 'transaction':
      return transactionOf(view, query.txId);
    case 'transaction-status':
      return findTransaction(state, query.txId);
    case 'config-block':
      return state.get(genesisKey);
    case 'definition':
      return readDefinitions(channel, state).find(query.name);
    case 'block-private-data':
      return privateDataOf(view, query.number);
    case 'collections-before':
      return collectionsBefore(view, query.chaincode, query.block);
    case 'missing-private-data':
      return listMissing(state, query.limit);
    case 'unnoted-private-data':
      return findMissing(state, readDefinitions(channel, state), organisations, query.limit, async () => {
        await yieldTurn();
        signal.throwIfAborted();
      });
    case 'member-private-data':
      return answerMember(chain, channel, query, state);
    case 'offered-private-data':
      return openOffer(chain, channel, organisations, query, state);
    case 'promised-hash':
      return promisedHash(view, query.position);
    case 'view':
      return query.run(channelView(channel, view));
    default:
      throw new FabricReadError('request-unknown', 'no such request');
  }
}

function channelInfo(view: ReadView): FabricReads['channel-info']['answer'] {
  const { number, headerHash } = readHead(view.state);
  const bytes = blockAt(view, number);
  return { height: number + 1, currentHash: headerHash, previousHash: bytes === undefined ? new Uint8Array(0) : unpackBlock(bytes).header.previousHash };
}

function blockOrNone(view: ReadView, number: number | undefined): Uint8Array | undefined {
  return number === undefined ? undefined : blockAt(view, number);
}

function transactionOf(view: ReadView, txId: string): FabricReads['transaction']['answer'] {
  const place = findTransaction(view.state, txId);
  if (place === undefined) return undefined;
  const envelopes = place.block === 0 ? unpackBlock(view.state.get(genesisKey) ?? new Uint8Array(0)).envelopes : storedAt(view, place.block).transactions;
  const envelope = envelopes[place.transaction];
  return envelope && { ...place, envelope };
}

function privateDataOf({ state }: ReadView, number: number): ReadonlyMap<number, Uint8Array> {
  const sets = new Map<number, Map<string, { collection: string; rwset: Uint8Array }[]>>();
  for (const { key, value } of readEntries(state, privateWriteSetRange(number))) {
    const { transaction, namespace, collection } = decodePrivatePosition(key);
    const namespaces = sets.get(transaction) ?? new Map<string, { collection: string; rwset: Uint8Array }[]>();
    sets.set(transaction, namespaces.set(namespace, [...(namespaces.get(namespace) ?? []), { collection, rwset: value }]));
  }
  return new Map([...sets].map(([transaction, namespaces]) => [transaction, encodePrivateRwset({ namespaces: [...namespaces].map(([namespace, collections]) => ({ namespace, collections })) })]));
}

function promisedHash(view: ReadView, { block, transaction, namespace, collection }: PrivatePosition): Uint8Array | undefined {
  const bytes = block < 1 || block > view.height ? undefined : storedAt(view, block).transactions[transaction];
  if (bytes === undefined) return undefined;
  const { results } = unpackTransaction(bytes, (rwset) => checkRwset(rwset).rwset?.namespaces.map((one) => one.namespace));
  const promised = checkRwset(results).rwset?.namespaces.find((one) => one.namespace === namespace)?.collections.find((one) => one.collection === collection);
  return promised === undefined || promised.privateRwsetHash.length === 0 ? undefined : promised.privateRwsetHash;
}
