import { sha256 } from '../../../core/crypto';
import { readWire } from '../msp/wire';
import type { IdentitySigner } from '../protocol';
import { GOSSIP_TAGS, gossipMessage, peer } from './messages';

/** What a peer says of itself, as its gossip would. */
export interface PeerFacts {
  /** `host:port` where its services are. */
  readonly endpoint: string;
  /** Milliseconds since 1970: later facts take the place of earlier ones. */
  readonly nowMs: number;
}

/** The same of one channel. */
export interface ChannelFacts {
  readonly channelId: string;
  /** Number of blocks. */
  readonly height: number;
  /** Names of the chaincodes that it runs, with the sequence of their definition. */
  readonly chaincodes: ReadonlyMap<string, bigint>;
}

const NANOSECONDS = 1_000_000n;

/**
 * Bytes of the discovery.Peer of an organisation: its identity and what it signs about itself, the alive message and, in a
 * channel, the state info that Fabric's peers send each other (gossip/discovery/discovery_impl.go, gossip/channel/channel.go).
 */
export function describePeer(signer: IdentitySigner, { endpoint, nowMs }: PeerFacts, inChannel?: ChannelFacts): Uint8Array {
  const pkiId = pkiIdOf(signer.serialized);
  const timestamp = { incNum: BigInt(nowMs) * NANOSECONDS, seqNum: 1n };
  const alive = gossipMessage.encode({ tag: GOSSIP_TAGS.EMPTY, aliveMsg: { membership: { endpoint, metadata: new Uint8Array(0), pkiId }, timestamp } });
  return peer.encode({ identity: signer.serialized, membershipInfo: seal(signer, alive), stateInfo: inChannel && seal(signer, describeState(pkiId, timestamp, inChannel)) });
}

function describeState(pkiId: Uint8Array, timestamp: { incNum: bigint; seqNum: bigint }, { channelId, height, chaincodes }: ChannelFacts): Uint8Array {
  return gossipMessage.encode({
    tag: GOSSIP_TAGS.CHAN_OR_ORG,
    stateInfo: {
      timestamp,
      pkiId,
      channelMac: sha256(Buffer.concat([pkiId, Buffer.from(channelId, 'utf8')])),
      properties: { ledgerHeight: BigInt(height), leftChannel: false, chaincodes: [...chaincodes].map(([name, sequence]) => ({ name, version: `${sequence}` })) },
    },
  });
}

function seal(signer: IdentitySigner, payload: Uint8Array): { payload: Uint8Array; signature: Uint8Array } {
  return { payload, signature: signer.sign(payload) };
}

/** The name that gossip gives a peer, of the bytes of its SerializedIdentity (internal/peer/gossip/mcs.go, GetPKIidOfCert). */
function pkiIdOf(serialized: Uint8Array): Uint8Array {
  const identity = readWire(serialized, 'SerializedIdentity');
  return sha256(Buffer.concat([identity.bytes(1), identity.bytes(2)]));
}
