import { createPublicKey, type KeyObject } from 'node:crypto';
import { createPrivateKey256, publicKeyOf } from '../keys';
import { encodePem } from '../pem';
import type { HostAddresses } from '../profiles';
import { createSerial, signCertificate, type Issuer } from '../sign-certificate';
import { signRevocationList, type RevocationReason } from '../sign-revocation-list';

const dayMs = 24 * 60 * 60 * 1_000;
const skewMs = 5 * 60 * 1_000;

export interface IssueTestHost {
  hostId: string;
  /** DER SubjectPublicKeyInfo. */
  publicKey: Uint8Array;
  addresses?: Partial<HostAddresses>;
  days?: number;
  notBeforeMs?: number;
}

/** A root with an intermediate in memory, as the portal has them, for tests of what trusts them. */
export interface TestAuthority {
  readonly rootPem: string;
  readonly root: Issuer;
  readonly intermediate: Issuer;
  /** PEM of the host's certificate and the intermediate's. */
  issueHost(input: IssueTestHost): { chainPem: string; serial: string; der: Uint8Array };
  /** PEM of both authorities' lists. */
  revocationsPem(input?: { number?: number; revoked?: readonly { serial: string; reason?: RevocationReason }[]; atMs?: number; days?: number }): string;
}

/** Valid around `nowMs`. */
export function createTestAuthority(nowMs: number = Date.now(), name = 'test'): TestAuthority {
  const times = { notBeforeMs: nowMs - skewMs, notAfterMs: nowMs + 3_650 * dayMs };
  const rootKey = createPrivateKey256();
  const key = createPrivateKey256();
  const publicOf = (privateKey: KeyObject) => publicKeyOf(createPublicKey(privateKey));
  const rootCertificate = signCertificate({ ...times, profile: { kind: 'root' }, subject: `${name} root`, publicKey: publicOf(rootKey), issuer: { privateKey: rootKey }, serial: createSerial() });
  const root = { certificate: rootCertificate, privateKey: rootKey };
  const certificate = signCertificate({ ...times, profile: { kind: 'intermediate' }, subject: `${name} intermediate`, publicKey: publicOf(key), issuer: root, serial: createSerial() });
  const intermediate = { certificate, privateKey: key };
  return {
    rootPem: encodePem('CERTIFICATE', rootCertificate),
    root,
    intermediate,
    issueHost({ hostId, publicKey, addresses, days = 90, notBeforeMs = nowMs - skewMs }) {
      const serial = createSerial();
      const profile = { kind: 'host', hostId, dnsNames: addresses?.dnsNames ?? ['localhost'], ipAddresses: addresses?.ipAddresses ?? ['127.0.0.1'] } as const;
      const der = signCertificate({ profile, subject: hostId, publicKey, issuer: intermediate, serial, notBeforeMs, notAfterMs: notBeforeMs + days * dayMs });
      return { chainPem: encodePem('CERTIFICATE', der) + encodePem('CERTIFICATE', certificate), serial: Buffer.from(serial).toString('hex'), der };
    },
    revocationsPem({ number = 1, revoked = [], atMs = nowMs, days = 30 } = {}) {
      const update = { number, thisUpdateMs: atMs - skewMs, nextUpdateMs: atMs + days * dayMs };
      const entries = revoked.map(({ serial, reason = 'superseded' as const }) => ({ serial, reason, atMs }));
      return [signRevocationList({ ...update, issuer: intermediate, revoked: entries }), signRevocationList({ ...update, issuer: root, revoked: [] })].map((der) => encodePem('X509 CRL', der)).join('');
    },
  };
}
