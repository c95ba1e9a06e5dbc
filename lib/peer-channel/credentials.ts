import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { ChannelCertificates } from './channel-identity';
import { hostIdOf } from './host-name';
import { RevocationLists } from './revocation-lists';

/** Certificates that are parsed, fit together, and can be used. */
export interface Credentials {
  readonly hostId: string;
  readonly contextOptions: SecureContextOptions;
  readonly context: SecureContext;
  readonly root: X509Certificate;
  readonly revocations: RevocationLists;
  /** Of the host's own certificate. */
  readonly fingerprint: string;
  readonly expiresAtMs: number;
}

/** @throws Error that says what is wrong with the certificates */
export function loadCredentials({ chainPem, privateKeyPem, rootPem, crlPem }: ChannelCertificates): Credentials {
  const own = new X509Certificate(chainPem);
  const hostId = hostIdOf(own.subjectAltName);
  if (hostId === undefined) throw new Error('the host’s certificate names no host');
  const contextOptions: SecureContextOptions = { cert: chainPem, key: privateKeyPem, ca: rootPem, minVersion: 'TLSv1.3' };
  return {
    hostId,
    contextOptions,
    context: createSecureContext(contextOptions),
    root: new X509Certificate(rootPem),
    revocations: RevocationLists.parse(crlPem),
    fingerprint: own.fingerprint256,
    expiresAtMs: Date.parse(own.validTo),
  };
}
