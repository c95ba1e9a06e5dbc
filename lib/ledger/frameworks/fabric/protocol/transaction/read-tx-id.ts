import { channelHeader, envelope, payload, signatureHeader } from '../messages';
import { computeTxId } from '../tx-id';
import { WireError } from '@/lib/platform/pure/wire';

/**
 * Under which name a transaction is found, valid or not (protoutil/txutils.go, GetOrComputeTxIDFromEnvelope): the one
 * in its header, or computed where it says none. Undefined for bytes that have no headers. An invalid transaction may
 * bear the name of another one: the first in the chain keeps it.
 */
export function readTxId(envelopeBytes: Uint8Array): string | undefined {
  try {
    const { header } = payload.decode(envelope.decode(envelopeBytes).payload);
    if (header === undefined) return undefined;
    const { txId } = channelHeader.decode(header.channelHeader);
    if (txId !== '') return txId;
    const { nonce, creator } = signatureHeader.decode(header.signatureHeader);
    return computeTxId(nonce, creator);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return undefined;
  }
}
