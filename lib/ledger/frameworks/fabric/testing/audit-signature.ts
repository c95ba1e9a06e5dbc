import { verify, X509Certificate, type KeyObject } from 'node:crypto';
import { Fields } from './audit-fields';

const halfOrders: Readonly<Record<string, bigint>> = {
  prime256v1: 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n,
  secp384r1: 0x7fffffffffffffffffffffffffffffffffffffffffffffffe3b1a6c0fa1b96efac0d06d9245853bd76760cb5666294b9n,
};
const keys = new Map<string, KeyObject | undefined>();

/** The key in the certificate of a SerializedIdentity; undefined when there is none. */
function keyOf(identity: Buffer): KeyObject | undefined {
  const name = identity.toString('latin1');
  if (!keys.has(name)) {
    try {
      keys.set(name, new X509Certificate(new Fields(identity).bytes(2)).publicKey);
    } catch {
      // No certificate: nobody's signature holds.
      keys.set(name, undefined);
    }
  }
  return keys.get(name);
}

/** s of a DER signature, taken as its last number. */
function readS(signature: Buffer): bigint {
  const r = signature.readUInt8(3);
  const length = signature.readUInt8(4 + r + 1);
  return BigInt(`0x${signature.subarray(4 + r + 2, 4 + r + 2 + length).toString('hex')}`);
}

/** What is wrong with a signature of that identity over these bytes; undefined when it holds. */
export function auditSignature(identity: Buffer, statement: Buffer, signature: Buffer): string | undefined {
  const key = keyOf(identity);
  if (key === undefined) return 'is of nobody with a certificate';
  if (!verify('sha256', statement, key, signature)) return 'does not hold';
  const half = halfOrders[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (half === undefined) return 'is on a curve that Fabric does not use here';
  return readS(signature) <= half ? undefined : 'has the higher s';
}
