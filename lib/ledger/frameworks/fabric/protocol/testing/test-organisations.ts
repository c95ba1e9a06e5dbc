import 'reflect-metadata';
import { createPublicKey, KeyObject, webcrypto } from 'node:crypto';
import { cryptoProvider, X509CertificateGenerator } from '@peculiar/x509';
import { msp } from '@hyperledger/fabric-protos';
import type { IdentitySigner } from '../endorsement/endorse';
import type { FindIdentity } from '../identity';
import { signEcdsa, verifyEcdsa } from '../signature';
import { serialise } from './make-message';

cryptoProvider.set(webcrypto as Crypto);

/** Somebody with a certificate of their own making, and what the engine asks of them. */
export interface TestIdentity extends IdentitySigner {
  readonly mspId: string;
  readonly certificate: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export async function createIdentity(mspId: string, name: string): Promise<TestIdentity> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    notBefore: new Date('2026-01-01'),
    notAfter: new Date('2046-01-01'),
    keys: keys as CryptoKeyPair,
    signingAlgorithm: algorithm,
  });
  const privateKey = KeyObject.from(keys.privateKey);
  const pem = `${certificate.toString('pem')}\n`;
  return {
    mspId,
    certificate: pem,
    privateKey,
    publicKey: createPublicKey(pem),
    serialized: serialise(msp.SerializedIdentity, { Mspid: mspId, IdBytes: Buffer.from(pem) }),
    sign: (message) => signEcdsa(privateKey, message),
  };
}

/** The MSPs of a channel that has exactly these members; `revoked` are known and not valid. */
export function findAmong(members: readonly TestIdentity[], revoked: readonly TestIdentity[] = []): FindIdentity {
  return (serialized) => {
    const known = [...members, ...revoked].find((one) => Buffer.compare(one.serialized, serialized) === 0);
    if (known === undefined) return undefined;
    return { mspId: known.mspId, isValid: () => !revoked.includes(known), verify: (message, signature) => verifyEcdsa(known.publicKey, message, signature) };
  };
}
