import { bytes, message, string } from '@/lib/platform/pure/wire';
import type { StateReader } from '../../../core/storage';
import type { ChainId } from '../../../core/types';
import type { Channel } from '../channel';
import { openStatement, readOrRefuse, signStatement, type PeerStatement } from '../channel-peers';
import { readDefinitions } from '../definitions';
import { FabricRefusal } from '../msp/refusal';
import type { IdentitySigner } from '../protocol';
import { FabricReadError } from '../read/read-error';
import { decodePrivateRwset, FabricStateError, findTransaction } from '../state';

const privateOffer = message('PrivateOffer', { chain: string(1), from: string(2), to: string(3), txId: string(4), plaintext: bytes(5) });

/** What an endorser gives to other members before anybody hears of its endorsement. */
export interface PrivateOffer {
  readonly chain: ChainId;
  /** Host that gives, and host that is to keep it: what is signed is of use to no other two. */
  readonly from: string;
  readonly to: string;
  readonly txId: string;
  /** Bytes of a TxPvtReadWriteSet with the collections that are for that host. */
  readonly plaintext: Uint8Array;
}

const TX_ID = /^[0-9a-f]{64}$/;

export function signOffer(offer: PrivateOffer, signer: IdentitySigner): PeerStatement {
  return signStatement('private-offer/1', privateOffer.encode(offer), signer);
}

/** Who offers, as far as the connection and the clock say it. */
export interface Offered {
  readonly offer: PeerStatement;
  /** Proved by the connection. */
  readonly hostId: string;
  readonly ownHostId: string;
  readonly nowMs: number;
}

/**
 * Looks at an offer: from a peer of the channel, for this host, of collections that an organisation with a peer here is a
 * member of, for a transaction that stands in no block. Whether its hash is the promised one is known with the block.
 * Throws `request-denied`.
 */
export function openOffer(chain: ChainId, channel: Channel, organisations: readonly string[], { offer, hostId, ownHostId, nowMs }: Offered, state: StateReader): { readonly txId: string; readonly plaintext: Uint8Array } {
  try {
    const { txId, plaintext, ...named } = readOrRefuse(() => privateOffer.decode(offer.statement));
    if (named.chain !== chain || named.from !== hostId || named.to !== ownHostId) throw new FabricRefusal('not-allowed', 'it was signed for another sub-chain or host');
    openStatement('private-offer/1', offer, channel.msps, nowMs);
    if (!TX_ID.test(txId)) throw new FabricRefusal('malformed', 'it names no transaction');
    if (findTransaction(state, txId) !== undefined) throw new FabricRefusal('not-allowed', `the transaction ${txId} stands in a block already`);
    requireMembers(channel, organisations, plaintext, state);
    return { txId, plaintext };
  } catch (error) {
    if (error instanceof FabricRefusal || error instanceof FabricStateError) throw new FabricReadError('request-denied', `private data are not taken: ${error.message}`);
    throw error;
  }
}

function requireMembers(channel: Channel, organisations: readonly string[], plaintext: Uint8Array, state: StateReader): void {
  const { membersOf } = readDefinitions(channel, state);
  const { namespaces } = decodePrivateRwset(plaintext);
  if (!namespaces.some(({ collections }) => collections.length > 0)) throw new FabricRefusal('malformed', 'there are none');
  for (const { namespace, collections } of namespaces) {
    for (const { collection } of collections) {
      const members = membersOf(namespace, collection);
      if (!organisations.some((mspId) => members.has(mspId))) throw new FabricRefusal('not-allowed', `no organisation with a peer here is a member of the collection ${namespace}/${collection}`);
    }
  }
}
