import { decodeEcdsaDer, isLowS, toLowS as lower, type Curve } from '../protocol/signature';
import { derTag, encodeDer, expectTag, readDerList } from './der';
import { FabricRefusal } from './refusal';

/** Says why a signature (DER) is none that Fabric takes: not DER, or S above half of the order. Undefined when it may be checked. */
export function checkLowS(signature: Uint8Array, curve: Curve): string | undefined {
  if (decodeEcdsaDer(signature) === undefined) return malformed;
  return isLowS(curve, signature) ? undefined : 'Invalid S. Must be smaller than half the order';
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
  if (decodeEcdsaDer(whole) === undefined) throw new FabricRefusal('malformed', malformed);
  return whole;
}

/** The signature with S or order - S, whichever is low. @throws FabricRefusal malformed */
export function toLowS(signature: Uint8Array, curve: Curve): Uint8Array {
  try {
    return lower(curve, signature);
  } catch (error) {
    throw new FabricRefusal('malformed', malformed, { cause: error });
  }
}

const malformed = 'The signature is malformed: two numbers above zero in DER are wanted';
