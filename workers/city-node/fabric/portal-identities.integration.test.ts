import { createPrivateKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueMemberCertificate, issueNodeCertificate, readMsp, type OrganisationMsp } from '@/lib/fabric-ca';
import { loadFabric } from '@/lib/ledger';
import { loadFabricTesting } from '@/lib/ledger/testing';
import { createId, getDb } from '@/lib/platform';
import { createPrivateKey256, createRequest } from '@/lib/x509';
import { FabricBook } from './fabric-book';
import { IdentityKeeper } from './identity-keeper';

const fabric = await loadFabric();
const { checkPrincipal, validateIdentity } = await loadFabricTesting();
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const dayMs = 86_400_000;

let directory: string;
let book: FabricBook;
let organisationId: string;

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'portal-identities-'));
  book = await FabricBook.open(path.join(directory, 'book.journal'));
  organisationId = createId('organisation');
  await getDb().organisation.create({ data: { id: organisationId, name: 'Ada & Söhne' } });
});
afterEach(async () => {
  await book.close();
  rmSync(directory, { recursive: true, force: true });
});

const openKeeper = () => IdentityKeeper.open({ directory: path.join(directory, 'keys'), nodeKey: randomBytes(32), hostId: 'host_test', book, fabric, now: Date.now, logger: quiet });
const settingsOf = ({ mspId: _, ...settings }: OrganisationMsp) => settings;

describe('what the portal certifies', () => {
  it.each(['peer', 'orderer'] as const)('a host takes into use as its %s’s identity, and signs with it', async (role) => {
    const keeper = await openKeeper();
    const msp = await readMsp(organisationId);
    const { request } = await keeper.request({ mspId: msp.mspId, role }, {});
    const issued = await issueNodeCertificate({ organisationId, hostId: 'host_test', type: role, request });
    const holding = await keeper.put({ mspId: msp.mspId, role }, { certificate: issued.certificate, organisation: settingsOf(msp) });
    expect(holding).toMatchObject({ mspId: msp.mspId, role, serial: issued.serial, notAfterMs: issued.notAfter.getTime() });
    if (role === 'peer') expect(keeper.signerOf(msp.mspId)).toBeDefined();
    // A push that failed is repeated with the same certificate, until it is due.
    expect(await issueNodeCertificate({ organisationId, hostId: 'host_test', type: role, request })).toEqual(issued);
    const later = await issueNodeCertificate({ organisationId, hostId: 'host_test', type: role, request }, { nowMs: Date.now() + 310 * dayMs });
    expect(later.serial).not.toBe(issued.serial);
  });

  it('is an orderer or a peer, not what the other call says', async () => {
    const organisation = await readMsp(organisationId);
    const keeper = await openKeeper();
    const { request } = await keeper.request({ mspId: organisation.mspId, role: 'peer' }, {});
    const { certificate } = await issueNodeCertificate({ organisationId, hostId: 'host_test', type: 'orderer', request });
    await expect(keeper.put({ mspId: organisation.mspId, role: 'peer' }, { certificate, organisation: settingsOf(organisation) })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('satisfies the engine’s own MSP check by its role, and no more once it is revoked', async () => {
    const { mspId, certificate, privateKey, serial } = await issueMemberCertificate({ organisationId, enrollmentId: 'boss', type: 'admin', attributes: [{ name: 'level', value: '3', ecert: true }] });
    expect(createPrivateKey(privateKey ?? '').asymmetricKeyType).toBe('ec');
    expect(Buffer.from(certificate.replace(/-----.*?-----|\n/g, ''), 'base64').toString('latin1')).toContain('"level":"3"');
    const open = async () => fabric.openOrganisation(await readMsp(organisationId));
    const identity = fabric.createIdentitySigner(mspId, certificate, createPrivateKey(privateKey ?? '')).serialized;
    const before = (await open()).msps.deserializeIdentity(identity);
    expect(validateIdentity(before)).toBeUndefined();
    for (const role of ['member', 'admin'] as const) expect(checkPrincipal(before, { kind: 'role', mspId, role }), role).toBeUndefined();
    expect(checkPrincipal(before, { kind: 'role', mspId, role: 'peer' })).toMatch(/not a \[PEER\]/);

    await getDb().fabricCertificate.updateMany({ where: { serial }, data: { revokedAt: new Date(), revocationReason: 0 } });
    const after = (await open()).msps.deserializeIdentity(identity);
    expect(validateIdentity(after)).toMatch(/has been revoked/);
  });

  it('is no other organisation’s: roots differ, and so do the names', async () => {
    const otherId = createId('organisation');
    await getDb().organisation.create({ data: { id: otherId, name: 'Ada & Söhne' } });
    const [one, other] = [await readMsp(organisationId), await readMsp(otherId)];
    expect(other.mspId).not.toBe(one.mspId);
    expect([fabric.hashRoots(one)]).not.toEqual([fabric.hashRoots(other)]);
    const { certificate, privateKey } = await issueMemberCertificate({ organisationId: otherId, enrollmentId: 'boss', type: 'admin' });
    const pretending = fabric.createIdentitySigner(one.mspId, certificate, createPrivateKey(privateKey ?? '')).serialized;
    expect(() => fabric.openOrganisation(one).msps.deserializeIdentity(pretending)).toThrow(/unknown authority/);
  });

  it('keeps to the names: one enrollment ID has one type, and a revoked one is not enrolled again', async () => {
    const request = createRequest(createPrivateKey256(), 'whatever');
    await issueMemberCertificate({ organisationId, enrollmentId: 'carla', type: 'client', request });
    await expect(issueMemberCertificate({ organisationId, enrollmentId: 'carla', type: 'admin', request })).rejects.toMatchObject({ code: 'CONFLICT' });
    await getDb().fabricIdentity.updateMany({ where: { enrollmentId: 'carla' }, data: { revokedAt: new Date() } });
    await expect(issueMemberCertificate({ organisationId, enrollmentId: 'carla', type: 'client', request })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(issueMemberCertificate({ organisationId, enrollmentId: '../carla', type: 'client', request })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(issueMemberCertificate({ organisationId, enrollmentId: 'dora', type: 'client', request: 'no request' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('makes one authority, however many ask for it first at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => readMsp(organisationId)));
    expect(new Set(all.map(({ rootCertificates }) => rootCertificates[0])).size).toBe(1);
    expect(all[0]?.mspId).toMatch(/^AdaSohne.*MSP$/);
  });

  it('lists more revocations than one list of a channel takes in several lists', async () => {
    const { mspId } = await readMsp(organisationId);
    const { id: authorityId } = await getDb().fabricAuthority.findUniqueOrThrow({ where: { mspId } });
    await getDb().$executeRaw`INSERT INTO "FabricCertificate" (id, "authorityId", serial, "enrollmentId", "publicKeyHash", certificate, "notBefore", "notAfter", "revokedAt")
      SELECT ${authorityId} || at, ${authorityId}, '4' || lpad(to_hex(at), 39, '0'), 'many', '', '', now(), now() + interval '1 day', now() FROM generate_series(1, 9000) AS at`;
    const msp = await readMsp(organisationId);
    expect(msp.revocationLists).toHaveLength(3);
    for (const list of msp.revocationLists) expect(list.length).toBeLessThan(256 * 1024);
    const { msp: opened } = fabric.openOrganisation(msp);
    expect(opened.revocationLists.reduce((sum, { serials }) => sum + serials.size, 0)).toBe(9_000);
  });
});
