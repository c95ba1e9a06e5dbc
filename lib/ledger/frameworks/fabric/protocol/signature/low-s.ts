import { decodeEcdsaDer, encodeEcdsaDer } from './ecdsa-der';

/** Orders of the curves that Fabric's identities may have, by OpenSSL's names (FIPS 186-4, D.1.2). */
const ORDERS_OF_CURVES = {
  secp224r1: 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn,
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  secp521r1: 0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
};

export type Curve = keyof typeof ORDERS_OF_CURVES;

const ORDERS: ReadonlyMap<string, bigint> = new Map(Object.entries(ORDERS_OF_CURVES));

/**
 * True for the one of the two values of s that Fabric takes: at most half of the curve's order (bccsp/utils/ecdsa.go).
 * Without it anybody could turn a signature into another one that is as good. False for malformed bytes and for curves
 * that Fabric does not know.
 */
export function isLowS(curve: string, signature: Uint8Array): boolean {
  const order = ORDERS.get(curve);
  const numbers = decodeEcdsaDer(signature);
  return order !== undefined && numbers !== undefined && numbers.s <= order >> 1n;
}

/** The same signature with the lower s. Throws TypeError for bytes that are no signature of the curve. */
export function toLowS(curve: string, signature: Uint8Array): Uint8Array {
  const order = ORDERS.get(curve);
  const numbers = decodeEcdsaDer(signature);
  if (order === undefined) throw new TypeError(`no curve of Fabric: ${curve}`);
  if (numbers === undefined || numbers.s >= order) throw new TypeError('no ECDSA signature');
  return numbers.s <= order >> 1n ? signature : encodeEcdsaDer({ r: numbers.r, s: order - numbers.s });
}
