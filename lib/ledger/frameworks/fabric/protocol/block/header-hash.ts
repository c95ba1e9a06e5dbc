import { sha256 } from '../../../../core/crypto';
import type { BlockHeader } from '../messages';
import { encodeInteger } from '../signature';

const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;

/** DER of `SEQUENCE { INTEGER number, OCTET STRING previousHash, OCTET STRING dataHash }` (protoutil/blockutils.go): what is hashed and signed. */
export function encodeHeaderDer({ number, previousHash, dataHash }: BlockHeader): Uint8Array {
  return tagged(SEQUENCE, Buffer.concat([encodeInteger(number), tagged(OCTET_STRING, previousHash), tagged(OCTET_STRING, dataHash)]));
}

function tagged(tag: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag), encodeLength(body.length), body]);
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
}

/** The block's name, 32 bytes, and the next one's `previousHash`. */
export function hashHeader(header: BlockHeader): Uint8Array {
  return sha256(encodeHeaderDer(header));
}

/** SHA-256 over all envelopes, one after another, 32 bytes. */
export function hashData(envelopes: readonly Uint8Array[]): Uint8Array {
  return sha256(...envelopes);
}
