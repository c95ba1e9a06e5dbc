import { TransactionRefused } from '../../core/framework';

/** common.Status of a BroadcastResponse, as far as an orderer refuses with it. */
export const BROADCAST_STATUSES = { 'bad-request': 400, forbidden: 403, 'not-found': 404, 'too-costly': 413 } as const;

export type FabricRefusalCode = keyof typeof BROADCAST_STATUSES | 'duplicate-txid' | 'repeated';

/**
 * Why an envelope may not be ordered; the message is Fabric's. `duplicate-txid`: an earlier block has the transaction's
 * name; `repeated`: this very envelope stands in the same block. For both a Fabric orderer says SUCCESS, and so does a door:
 * what the client learns by the name is what became of the first.
 */
export function refuseEnvelope(code: FabricRefusalCode, message: string): TransactionRefused {
  return new TransactionRefused(code, message);
}
