import { createPrivateKey, type KeyObject } from 'node:crypto';
import { decryptSecret, encryptSecret, getSecrets } from '@/lib/platform';
import type { Issuer } from '@/lib/x509';

/** Which authority's key it is: what was sealed for one does not open for another. */
export interface AuthorityName {
  kind: 'certificate-authority' | 'fabric-authority';
  id: string;
}

/** An authority's private key as its row keeps it. */
export function sealAuthorityKey(authority: AuthorityName, privateKey: KeyObject): Uint8Array<ArrayBuffer> {
  return encryptSecret(keyEncryptionKey(), privateKey.export({ format: 'der', type: 'pkcs8' }), contextOf(authority));
}

/** The authority as a signer. Throws an error that says what to do when the key lies under another key-encryption key. */
export function openIssuer(kind: AuthorityName['kind'], authority: { id: string; certificate: Uint8Array; privateKeyCiphertext: Uint8Array }): Issuer {
  let key: Uint8Array;
  try {
    key = decryptSecret(keyEncryptionKey(), authority.privateKeyCiphertext, contextOf({ kind, id: authority.id }));
  } catch (error) {
    throw new Error(`The private key of certificate authority ${authority.id} does not open: put back the secrets.json that belongs to this database.`, { cause: error });
  }
  return { certificate: authority.certificate, privateKey: createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' }) };
}

function keyEncryptionKey(): Uint8Array {
  return Buffer.from(getSecrets().keyEncryptionKey, 'base64');
}

function contextOf({ kind, id }: AuthorityName): string {
  return `${kind}-key:${id}`;
}
