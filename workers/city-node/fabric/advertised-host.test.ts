import { createPublicKey } from 'node:crypto';
import { expect, it } from 'vitest';
import { testAuthority } from '@/lib/gateway/testing';
import { createPrivateKey256, publicKeyOf } from '@/lib/x509';
import { advertisedHost } from './advertised-host';

const certified = (addresses: { dnsNames: string[]; ipAddresses: string[] }): string =>
  testAuthority.issueHost({ hostId: 'host_one', publicKey: publicKeyOf(createPublicKey(createPrivateKey256())), addresses }).chainPem;

it('clients are told a name that the certificate has, and where it listens when that is on this machine alone', () => {
  expect(advertisedHost(undefined, '127.0.0.1')).toBe('127.0.0.1');
  expect(advertisedHost(certified({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] }), '127.0.0.1')).toBe('127.0.0.1');
  expect(advertisedHost(certified({ dnsNames: ['localhost', 'sin.example.org'], ipAddresses: ['127.0.0.1'] }), '0.0.0.0')).toBe('sin.example.org');
  expect(advertisedHost(certified({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1', '192.0.2.7'] }), '0.0.0.0')).toBe('192.0.2.7');
});
