import { sign, verify, type KeyObject } from 'node:crypto';
import { isLowS, toLowS } from './low-s';

function curveOf(key: KeyObject): string | undefined {
  return key.asymmetricKeyType === 'ec' ? key.asymmetricKeyDetails?.namedCurve : undefined;
}

/**
 * True when the DER signature is the key's over SHA-256 of exactly these bytes, with the lower s. False for anything
 * malformed and for keys that are not of an elliptic curve of Fabric.
 */
export function verifyEcdsa(publicKey: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  const curve = curveOf(publicKey);
  return curve !== undefined && isLowS(curve, signature) && verify('sha256', message, publicKey, signature);
}

/** ECDSA over SHA-256 of the bytes, DER, with the lower s as Fabric wants it. Throws TypeError for another kind of key. */
export function signEcdsa(privateKey: KeyObject, message: Uint8Array): Uint8Array {
  const curve = curveOf(privateKey);
  if (curve === undefined) throw new TypeError('not a private key of an elliptic curve');
  return toLowS(curve, sign('sha256', message, privateKey));
}
