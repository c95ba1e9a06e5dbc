import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { hostIdOf, readChain, type CertificateFacts } from '@/lib/x509';
import type { ChannelCertificates } from './channel-identity';
import { RevocationLists } from './revocation-lists';

/** Certificates that are read, fit together, and can be used. */
export interface Credentials {
  readonly hostId: string;
  readonly contextOptions: SecureContextOptions;
  readonly context: SecureContext;
  readonly root: CertificateFacts;
  readonly revocations: RevocationLists;
  /** Tells the host's own certificate from any other. */
  readonly serial: string;
  readonly expiresAtMs: number;
}

/** @throws Error that says what is wrong with the certificates */
export function loadCredentials({ chainPem, privateKeyPem, rootPem, crlPem }: ChannelCertificates): Credentials {
  const [own] = readChain(chainPem);
  const [root] = readChain(rootPem);
  const hostId = own && hostIdOf(own);
  if (!own || !root || hostId === undefined) throw new Error('the host’s certificate names no host');
  const contextOptions: SecureContextOptions = { cert: chainPem, key: privateKeyPem, ca: rootPem, minVersion: 'TLSv1.3' };
  return { hostId, contextOptions, context: createSecureContext(contextOptions), root, revocations: RevocationLists.read(crlPem), serial: own.serial, expiresAtMs: own.notAfterMs };
}
