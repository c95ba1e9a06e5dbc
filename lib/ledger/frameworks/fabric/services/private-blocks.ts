import type { CollectionDefinition } from '../chaincode-definition';
import { memberMspIds } from '../definitions';
import { mspIdOfImplicitCollection } from '../lifecycle';
import type { Identity } from '../msp/msp';
import { isMember } from '../policy/is-member';
import { deliverBlockAndPrivateData } from '../protocol';
import { decodePrivateRwset, encodePrivateRwset } from '../state';
import type { ServedChannel } from './ports';
import { SERVICE_CODES, ServiceRefused } from './service-refused';

/** What Fabric sends at most (internal/pkg/comm/config.go, MaxSendMsgSize); half a mebibyte is left for what stands around it. */
export const DELIVERED_BYTES_MAX = 100 * 1024 * 1024 - 512 * 1024;

export interface PrivateReader {
  readonly identity: Identity;
  /** The organisation whose peer answers it. */
  readonly answeredBy: string;
}

/**
 * A block with the private data that the organisation's peer has of it, as far as the reader may read them
 * (core/peer/deliverevents.go, getPrivateData and CheckCollectionPolicy). The definitions are those that the block's
 * transactions found: who came or went later changes nothing about it. Throws {@link ServiceRefused} for what no client could take in.
 */
export async function deliverWithPrivateData(channel: ServedChannel, reader: PrivateReader, { number, bytes }: { readonly number: number; readonly bytes: Uint8Array }, signal: AbortSignal): Promise<Uint8Array> {
  const shown = new Map<bigint, Uint8Array>();
  let size = bytes.length;
  const known = new Map<string, readonly CollectionDefinition[]>();
  for (const [transaction, rwset] of await channel.privateData(number, signal)) {
    const namespaces = [];
    for (const { namespace, collections } of decodePrivateRwset(rwset).namespaces) {
      const definitions = known.get(namespace) ?? (await channel.collectionsBefore(namespace, number, signal));
      known.set(namespace, definitions);
      const readable = collections.filter(({ collection }) => mayRead(reader, collection, definitions));
      if (readable.length > 0) namespaces.push({ namespace, collections: readable });
    }
    if (namespaces.length === 0) continue;
    const readable = encodePrivateRwset({ namespaces });
    size += readable.length;
    if (size > DELIVERED_BYTES_MAX) throw new ServiceRefused(SERVICE_CODES.RESOURCE_EXHAUSTED, `block ${number} with its private data is larger than the ${DELIVERED_BYTES_MAX} bytes that are delivered at once: read it without them (Deliver), and its values by the chaincode`);
    shown.set(BigInt(transaction), readable);
  }
  return deliverBlockAndPrivateData(bytes, shown);
}

/** Whether the peer that answers would have the data, then whether they are for members alone, and the reader is one. */
function mayRead({ identity, answeredBy }: PrivateReader, collection: string, definitions: readonly CollectionDefinition[]): boolean {
  const owner = mspIdOfImplicitCollection(collection);
  if (owner !== undefined) return owner === answeredBy;
  const found = definitions.find(({ name }) => name === collection);
  if (found === undefined || !memberMspIds(found.memberPolicy).has(answeredBy)) return false;
  return !found.memberOnlyRead || isMember(found.memberPolicy, identity);
}
