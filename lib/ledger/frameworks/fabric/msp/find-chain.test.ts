import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeName, issueCertificate } from '../testing/test-certificate';
import { createTestAuthority, createTestKey, createTestOrganisation, testStartMs, type TestAuthority } from '../testing/test-organisation';
import { readCertificate, type Certificate } from './certificate';
import { findChain, type AuthorityPool } from './find-chain';

const org = createTestOrganisation('Org1MSP');
const read = ({ der }: { der: Uint8Array }): Certificate => readCertificate(der);
const pool = (roots: readonly TestAuthority[], intermediates: readonly TestAuthority[] = []): AuthorityPool => ({ roots: roots.map(read), intermediates: intermediates.map(read) });

/** A certificate for the name and key of `authority`, signed by another: a cross-signature. */
function crossSign(authority: TestAuthority, by: TestAuthority, serial: bigint): TestAuthority {
  const der = issueCertificate({ commonName: 'renamed below', serial, issuerName: by.name, issuerKey: by.key, publicKey: createPublicKey(authority.key), notBeforeMs: testStartMs, notAfterMs: testStartMs + 1e11, isAuthority: true, keyIdentifier: authority.keyIdentifier });
  return { ...authority, name: encodeName('renamed below'), der };
}

describe('findChain', () => {
  it('goes from the certificate to a root', () => {
    const middle = createTestAuthority('middle', { by: org.root });
    const member = read(org.issue({ by: middle }));
    expect(findChain(member, pool([org.root], [middle]))).toEqual({ chain: [member, read(middle), read(org.root)] });
    expect(findChain(read(org.root), pool([org.root]))).toEqual({ chain: [read(org.root)] });
    expect(findChain(member, pool([org.root]))).toEqual({ reason: 'the supplied identity is not valid: x509: certificate signed by unknown authority' });
  });

  it('refuses two ways to a root: it would be unclear who owns the identity', () => {
    const renewed = createTestAuthority(`ca.${org.mspId}`, { key: org.root.key });
    expect(findChain(read(org.issue()), pool([org.root, renewed]))).toEqual({ reason: 'this MSP only supports a single validation chain, got 2' });
  });

  it('passes through no certificate that is no authority, even one of the pool', () => {
    // Its key may sign certificates, by its usage; the constraint alone says that it may not.
    const middle = createTestAuthority('middle', { by: org.root, isAuthority: false, keyUsageBits: 0x06 });
    expect(findChain(read(org.issue({ by: middle })), pool([org.root], [middle]))).toMatchObject({ reason: expect.stringContaining('parent certificate cannot sign this kind of certificate') });
  });

  it('ends where authorities signed each other, and where it would have to try too many', () => {
    const [one, two] = [createTestAuthority('renamed below'), createTestAuthority('renamed below')];
    const circle = [crossSign(one, two, 1n), crossSign(two, one, 2n)];
    expect(findChain(read(org.issue({ by: one })), pool([org.root], circle))).toMatchObject({ reason: expect.stringContaining('unknown authority') });
    const namesakes = Array.from({ length: 101 }, () => createTestAuthority('namesake', { by: org.root, key: createTestKey() }));
    const last = namesakes.at(-1) as TestAuthority;
    expect(findChain(read(org.issue({ by: last })), pool([org.root], namesakes))).toMatchObject({ reason: expect.stringContaining('signature check attempts limit reached') });
    expect(findChain(read(org.issue({ by: last })), pool([org.root], namesakes.slice(50)))).toHaveProperty('chain');
  });
});
