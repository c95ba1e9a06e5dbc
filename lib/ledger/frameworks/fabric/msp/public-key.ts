import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Curve } from '../protocol/signature';
import { childrenOf, derTag, expectTag, readBits, readOid, type DerNode } from './der';
import { FabricRefusal } from './refusal';

const ecdsaOid = '1.2.840.10045.2.1';
const rsaOid = '1.2.840.113549.1.1.1';
const curves: Readonly<Record<string, Curve>> = { '1.3.132.0.33': 'secp224r1', '1.2.840.10045.3.1.7': 'prime256v1', '1.3.132.0.34': 'secp384r1', '1.3.132.0.35': 'secp521r1' };
const rsaBitsMax = 8_192;

/** RSA keys are read because an RSA authority may issue ECDSA identities (bccsp/sw/keyimport.go); an RSA identity signs nothing. */
export type PublicKey = { readonly kind: 'ecdsa'; readonly curve: Curve; readonly key: KeyObject } | { readonly kind: 'rsa'; readonly key: KeyObject };

/**
 * The key of a SubjectPublicKeyInfo. Named curves and uncompressed points alone, as Go's reader takes them.
 * @throws FabricRefusal malformed, not-allowed
 */
export function readPublicKey(node: DerNode, what: string): PublicKey {
  const [algorithm, bits] = childrenOf(expectTag(node, derTag.sequence, what), what);
  const [oid, parameters] = childrenOf(expectTag(algorithm, derTag.sequence, what), what);
  const type = readOid(oid, what);
  if (type === ecdsaOid) {
    const curve = curves[readOid(parameters, what)];
    if (!curve) throw new FabricRefusal('not-allowed', `${what}: its key is on a curve that Fabric does not know`);
    if (readBits(bits, what)[0] !== 4) throw new FabricRefusal('malformed', `${what}: its key is no uncompressed point`);
    return { kind: 'ecdsa', curve, key: importKey(node, what) };
  }
  if (type !== rsaOid) throw new FabricRefusal('not-allowed', `${what}: public key type not recognized, supported keys: ECDSA and, for authorities, RSA`);
  const key = importKey(node, what);
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) > rsaBitsMax) throw new FabricRefusal('limit', `${what}: its RSA key has more than ${rsaBitsMax} bits`);
  return { kind: 'rsa', key };
}

function importKey({ whole }: DerNode, what: string): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(whole), format: 'der', type: 'spki' });
  } catch (error) {
    throw new FabricRefusal('malformed', `${what}: its key is none`, { cause: error });
  }
}
