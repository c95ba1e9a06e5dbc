import { derTag, encodeDer, encodeInteger, expectTag, readDer, readDerList, readInteger } from './der';
import { FabricRefusal } from './refusal';

/** Order of each curve that Fabric knows (bccsp/utils/ecdsa.go), by OpenSSL's name. */
const orders = {
  secp224r1: 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn,
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  secp521r1: 0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
};

export type Curve = keyof typeof orders;

interface EcdsaSignature {
  readonly r: bigint;
  readonly s: bigint;
}

/**
 * Reads `SEQUENCE { r, s }`, nothing else: Fabric lets bytes follow, here each signature has one form.
 * @throws FabricRefusal malformed
 */
function readSignature(bytes: Uint8Array): EcdsaSignature {
  const what = 'The signature';
  const parts = readDerList(readDer(bytes, derTag.sequence, what).content, what);
  if (parts.length !== 2) throw new FabricRefusal('malformed', `${what} is not made of two numbers`);
  const [r, s] = [readInteger(parts[0], what), readInteger(parts[1], what)];
  if (r <= 0n) throw new FabricRefusal('malformed', 'invalid signature, R must be larger than zero');
  if (s <= 0n) throw new FabricRefusal('malformed', 'invalid signature, S must be larger than zero');
  return { r, s };
}

/** Says why a signature (DER) is none that Fabric takes: not DER, or S above half of the order. Undefined when it may be checked. */
export function checkLowS(signature: Uint8Array, curve: Curve): string | undefined {
  try {
    const { s } = readSignature(signature);
    if (s <= orders[curve] >> 1n) return undefined;
    return 'Invalid S. Must be smaller than half the order';
  } catch (error) {
    if (error instanceof FabricRefusal) return error.message;
    throw error;
  }
}

/**
 * The signature (DER) in its one form, from one that may have more behind its two numbers: Fabric reads those of revocation
 * lists so, and one that is malformed a little would else revoke nothing (msp/mspimplsetup.go, setupCRLs).
 * @throws FabricRefusal malformed
 */
export function toCanonical(signature: Uint8Array): Uint8Array {
  const [sequence] = readDerList(signature, 'The signature');
  const [r, s] = readDerList(expectTag(sequence, derTag.sequence, 'The signature').content, 'The signature');
  const whole = encodeDer(derTag.sequence, expectTag(r, derTag.integer, 'The signature').whole, expectTag(s, derTag.integer, 'The signature').whole);
  readSignature(whole);
  return whole;
}

/** The signature with S or order - S, whichever is low. @throws FabricRefusal malformed */
export function toLowS(signature: Uint8Array, curve: Curve): Uint8Array {
  const { r, s } = readSignature(signature);
  const order = orders[curve];
  if (s <= order >> 1n || s >= order) return signature;
  return encodeDer(derTag.sequence, encodeInteger(r), encodeInteger(order - s));
}
