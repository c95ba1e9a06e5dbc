import { message, bytes, repeatedStrings, string, uint32, uint64 } from '@/lib/platform/pure/wire';
import { bytesEqual } from '@/lib/platform/pure/bytes';
import type { ChainId } from '../../../core/types';
import type { MspManager } from '../msp/create-msp-manager';
import type { Identity } from '../msp/msp';
import { FabricRefusal } from '../msp/refusal';
import type { IdentitySigner } from '../protocol';
import { openStatement, readOrRefuse, signStatement, type PeerStatement } from './peer-statement';

/** Chaincodes that one organisation runs in one channel. */
export const CHAINCODES_MAX = 10_000;

const introduction = message('Introduction', {
  chain: string(1),
  hostId: string(2),
  nonce: bytes(3),
  height: uint64(4),
  port: uint32(5),
  chaincodes: repeatedStrings(6, CHAINCODES_MAX),
  description: bytes(7),
});

/** What an organisation's peer says of itself to a host that asked. */
export interface Introduction {
  readonly chain: ChainId;
  /** Where it is. */
  readonly hostId: string;
  /** Of the asker: what it hears is new. */
  readonly nonce: Uint8Array;
  /** Blocks of the channel. */
  readonly height: number;
  /** Of the door for Fabric's clients there; 0: there is none. */
  readonly port: number;
  /** Names of chaincodes that it runs. */
  readonly chaincodes: readonly string[];
  /** Bytes of the discovery.Peer by which clients know it. */
  readonly description: Uint8Array;
}

export function introduce(one: Introduction, signer: IdentitySigner): PeerStatement {
  return signStatement('channel-peer/1', introduction.encode({ ...one, height: BigInt(one.height) }), signer);
}

/** A peer that proved to have the key of its certificate; what else it says of itself is its word. */
export interface IntroducedPeer extends Pick<Introduction, 'height' | 'port' | 'description'> {
  readonly identity: Identity;
  /** Bytes of its SerializedIdentity. */
  readonly serialized: Uint8Array;
  readonly chaincodes: ReadonlySet<string>;
}

/** Throws FabricRefusal for what is no introduction to this asker, or of nobody in the channel. */
export function readIntroduction(statement: PeerStatement, asked: { readonly chain: ChainId; readonly hostId: string; readonly nonce: Uint8Array; readonly msps: MspManager; readonly nowMs: number }): IntroducedPeer {
  const said = readOrRefuse(() => introduction.decode(statement.statement));
  if (said.chain !== asked.chain || said.hostId !== asked.hostId || !bytesEqual(said.nonce, asked.nonce)) {
    throw new FabricRefusal('not-allowed', 'it is an introduction of another host, or to somebody else');
  }
  if (said.height > BigInt(Number.MAX_SAFE_INTEGER) || said.port > 65_535) throw new FabricRefusal('malformed', 'no height or port is so large');
  const identity = openStatement('channel-peer/1', statement, asked.msps, asked.nowMs);
  return { identity, serialized: statement.identity, height: Number(said.height), port: said.port, chaincodes: new Set(said.chaincodes), description: said.description };
}
