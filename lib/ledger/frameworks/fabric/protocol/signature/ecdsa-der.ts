/** An ECDSA signature's two numbers. */
export interface EcdsaNumbers {
  readonly r: bigint;
  readonly s: bigint;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** r and s of P-521 with their heads; nothing longer is a signature. */
const DER_BYTES_MAX = 2 * (66 + 1 + 2) + 3;

/**
 * Reads `SEQUENCE { INTEGER r, INTEGER s }`, or undefined for anything that is not exactly that in its one DER
 * encoding with two positive numbers. Fabric (bccsp/utils/ecdsa.go) also lets bytes follow; no client sends any, and
 * they would give one signature many forms.
 */
export function decodeEcdsaDer(der: Uint8Array): EcdsaNumbers | undefined {
  if (der.length > DER_BYTES_MAX || der[0] !== SEQUENCE) return undefined;
  const body = readLength(der, 1);
  if (body === undefined || body.start + body.length !== der.length) return undefined;
  const r = readInteger(der, body.start);
  const s = r && readInteger(der, r.end);
  if (r === undefined || s === undefined || s.end !== der.length) return undefined;
  return { r: r.value, s: s.value };
}

export function encodeEcdsaDer({ r, s }: EcdsaNumbers): Uint8Array {
  const body = Buffer.concat([encodeInteger(r), encodeInteger(s)]);
  const head = body.length < 0x80 ? [SEQUENCE, body.length] : [SEQUENCE, 0x81, body.length];
  return Buffer.concat([Buffer.from(head), body]);
}

/** A length in its shortest form, below 256. */
function readLength(der: Uint8Array, at: number): { start: number; length: number } | undefined {
  const first = der[at];
  if (first === undefined) return undefined;
  if (first < 0x80) return { start: at + 1, length: first };
  const length = der[at + 1];
  return first === 0x81 && length !== undefined && length >= 0x80 ? { start: at + 2, length } : undefined;
}

function readInteger(der: Uint8Array, at: number): { value: bigint; end: number } | undefined {
  const length = der[at + 1];
  if (der[at] !== INTEGER || length === undefined || length === 0 || length >= 0x80) return undefined;
  const bytes = der.subarray(at + 2, at + 2 + length);
  const [first = 0, second = 0] = bytes;
  if (bytes.length !== length || first >= 0x80) return undefined;
  if (first === 0 && (length === 1 || second < 0x80)) return undefined;
  return { value: BigInt(`0x${Buffer.from(bytes).toString('hex')}`), end: at + 2 + length };
}

/** DER INTEGER of a number that is not negative. */
export function encodeInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const padded = (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]);
  return Buffer.concat([Buffer.of(INTEGER, padded.length), padded]);
}
