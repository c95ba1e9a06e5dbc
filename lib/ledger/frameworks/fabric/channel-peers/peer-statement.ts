import { bytes, message, WireError, type Decoded } from '@/lib/platform/pure/wire';
import type { MspManager } from '../msp/create-msp-manager';
import { checkExpiry } from '../msp/check-expiry';
import { checkNodeRole } from '../msp/check-node-role';
import type { Identity } from '../msp/msp';
import { FabricRefusal } from '../msp/refusal';
import { validateIdentity } from '../msp/validate-identity';
import { verifySignature } from '../msp/verify-signature';
import type { IdentitySigner } from '../protocol';

/** What an organisation's peer says to another host: bytes, a SerializedIdentity, and its signature over both purpose and bytes. */
export const peerStatement = message('PeerStatement', { statement: bytes(1), identity: bytes(2), signature: bytes(3) });
export type PeerStatement = Decoded<typeof peerStatement>;

/** So that a signature is good for nothing else, neither an endorsement nor another kind of statement. */
export type StatementPurpose = 'private-data/1' | 'channel-peer/1' | 'private-offer/1';

export function signStatement(purpose: StatementPurpose, statement: Uint8Array, signer: IdentitySigner): PeerStatement {
  return { statement, identity: signer.serialized, signature: signer.sign(signedBytes(purpose, statement)) };
}

/**
 * Which peer of the channel said it: a valid identity of one of its organisations, in the role of a peer where roles are
 * told apart. Throws FabricRefusal. `nowMs`: milliseconds since 1970.
 */
export function openStatement(purpose: StatementPurpose, { statement, identity, signature }: PeerStatement, msps: MspManager, nowMs: number): Identity {
  const peer = msps.deserializeIdentity(identity);
  const fault = validateIdentity(peer) ?? verifySignature(peer, signedBytes(purpose, statement), signature) ?? checkExpiry(peer, nowMs) ?? (peer.msp.nodeUnits && checkNodeRole(peer, 'peer'));
  if (fault !== undefined) throw new FabricRefusal('not-allowed', fault);
  return peer;
}

/** Runs `read`; what is no message throws FabricRefusal, too. */
export function readOrRefuse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) throw new FabricRefusal('malformed', error.message, { cause: error });
    throw error;
  }
}

function signedBytes(purpose: StatementPurpose, statement: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`chainworks/${purpose}\0`, 'utf8'), statement]);
}
