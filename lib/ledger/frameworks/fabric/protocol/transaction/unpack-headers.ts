import { ENVELOPE_BYTES_MAX } from '../limits';
import { channelHeader, envelope, HEADER_TYPES, headerTypeName, payload, signatureHeader, type ChannelHeader, type Header, type SignatureHeader } from '../messages';
import { decodeOrInvalid } from './decode-or-invalid';
import { TransactionInvalid } from './validation-codes';

/** The outer half of a transaction. All bytes are views of the envelope. */
export interface UnpackedHeaders {
  readonly channelHeader: ChannelHeader;
  readonly signatureHeader: SignatureHeader;
  /** The two as they came. */
  readonly headerBytes: Header;
  /** What the signature is over. */
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** A Transaction, or a ConfigEnvelope. */
  readonly data: Uint8Array;
}

/**
 * Reads envelope and headers, and checks them as far as they alone allow (core/common/validation/msgvalidation.go,
 * validateCommonHeader). The envelope must be in its canonical form, for a transaction of other bytes must be another
 * one (protoutil/blockutils.go, VerifyTransactionsAreWellFormed). Throws {@link TransactionInvalid}.
 */
export function unpackHeaders(envelopeBytes: Uint8Array): UnpackedHeaders {
  if (envelopeBytes.length > ENVELOPE_BYTES_MAX) throw new TransactionInvalid('INVALID_OTHER_REASON', `an envelope has at most ${ENVELOPE_BYTES_MAX} bytes, this one has ${envelopeBytes.length}`);
  const outer = decodeOrInvalid(envelope, envelopeBytes, 'INVALID_OTHER_REASON');
  if (Buffer.compare(envelope.encode(outer), envelopeBytes) !== 0) throw new TransactionInvalid('INVALID_OTHER_REASON', 'the envelope does not match its raw form');
  const { header, data } = decodeOrInvalid(payload, outer.payload, 'BAD_PAYLOAD');
  if (header === undefined) throw new TransactionInvalid('BAD_COMMON_HEADER', 'nil header');
  const unpacked: UnpackedHeaders = {
    channelHeader: decodeOrInvalid(channelHeader, header.channelHeader, 'BAD_COMMON_HEADER'),
    signatureHeader: decodeOrInvalid(signatureHeader, header.signatureHeader, 'BAD_COMMON_HEADER'),
    headerBytes: header,
    ...outer,
    data,
  };
  checkChannelHeader(unpacked.channelHeader);
  checkSignatureHeader(unpacked.signatureHeader, 'BAD_COMMON_HEADER');
  return unpacked;
}

const types: readonly number[] = [HEADER_TYPES.ENDORSER_TRANSACTION, HEADER_TYPES.CONFIG_UPDATE, HEADER_TYPES.CONFIG];

function checkChannelHeader({ type, epoch }: ChannelHeader): void {
  if (!types.includes(type)) throw new TransactionInvalid('BAD_COMMON_HEADER', `invalid header type ${headerTypeName(type)}`);
  if (epoch !== 0n) throw new TransactionInvalid('BAD_COMMON_HEADER', `invalid Epoch in ChannelHeader. Expected 0, got [${epoch}]`);
}

export function checkSignatureHeader({ nonce, creator }: SignatureHeader, code: 'BAD_COMMON_HEADER' | 'INVALID_ENDORSER_TRANSACTION'): void {
  if (nonce.length === 0) throw new TransactionInvalid(code, 'invalid nonce specified in the header');
  if (creator.length === 0) throw new TransactionInvalid(code, 'invalid creator specified in the header');
}
