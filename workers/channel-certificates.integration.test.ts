import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureAuthority, getAuthority, getRevocations, listCertificates, revokeCertificate } from '@/lib/certificates';
import { ensureHostCertificate, getCityNode, observeHosts } from '@/lib/city-nodes';
import type { JoinConfig } from '@/lib/control';
import { createId, getDb } from '@/lib/platform';
import { type Child, type Installation, openInstallation } from '@/lib/sub-chains/testing';
import { readChain, readRevocationLists } from '@/lib/x509';
import { createTestAuthority } from '@/lib/x509/testing';

let installation: Installation;
let cityNode: Child;

beforeAll(async () => {
  installation = await openInstallation({ cityNodes: ['PAR'] });
  cityNode = await installation.startCityNode();
});
afterAll(() => installation?.close());

const holding = async () => (await (await installation.control()).report()).channel;
const certificates = () => listCertificates({ subjectId: installation.hostId });
/** Calls about certificates that the process has answered: its log up to a call that is made here. */
async function calls(): Promise<number> {
  const marks = () => cityNode.output().split('"call":"stopChain"').length;
  const before = marks();
  await (await installation.control()).stopChain({ chain: 'mark-0001', cityNode: 'PAR' }, 'mark').catch(() => undefined);
  await expect.poll(marks).toBe(before + 1);
  return cityNode.output().match(/"call":"(channelRequest|putChannelCertificate)"/g)?.length ?? 0;
}
const revoke = (reason: 'SUPERSEDED' | 'KEY_COMPROMISE', certificateId: string) => revokeCertificate({ certificateId, reason, actor: { kind: 'SYSTEM' } });
async function restart(): Promise<void> {
  await cityNode.kill();
  cityNode = await installation.startCityNode();
}

describe('a host’s channel certificate', () => {
  it('is there after the first look at the host, under the root that it joined with, and shown with its city node', async () => {
    const [certificate, ...more] = await certificates();
    expect(more).toEqual([]);
    expect(await holding()).toMatchObject({ serial: certificate?.serial, notAfterMs: new Date(certificate?.notAfter ?? 0).getTime() });
    const join = JSON.parse(await readFile(path.join(installation.hostDirectory, 'join.json'), 'utf8')) as JoinConfig;
    expect(join.authority).toBe((await getAuthority()).rootPem);
    const { hosts } = await getCityNode('PAR', {});
    expect(hosts.find(({ id }) => id === installation.hostId)?.channel).toEqual({ serial: certificate?.serial, notAfter: certificate?.notAfter });
  });

  it('costs no call while nothing is due, however often one looks', async () => {
    const before = [await calls(), (await certificates()).length];
    for (let look = 0; look < 5; look++) await observeHosts();
    await ensureHostCertificate(installation.hostId);
    expect([await calls(), (await certificates()).length]).toEqual(before);
  });

  it('is brought by a worker without being asked, and by several at once only once', { timeout: 60_000 }, async () => {
    await getDb().certificate.updateMany({ where: { subjectId: installation.hostId }, data: { notAfter: new Date(Date.now() + 29 * 24 * 60 * 60 * 1_000) } });
    const before = (await certificates()).length;
    const workers = [installation.startWorker(), installation.startWorker()];
    await expect.poll(async () => (await holding())?.serial === (await certificates())[0]?.serial && (await certificates()).length, { timeout: 30_000 }).toBe(before + 1);
    await Promise.all([observeHosts(), observeHosts(), observeHosts()]);
    expect((await certificates()).length).toBe(before + 1);
    await Promise.all(workers.map((worker) => worker.kill('SIGTERM')));
  });

  it('that is superseded is replaced for the same key', async () => {
    const before = await holding();
    await revoke('SUPERSEDED', (await certificates())[0]?.id ?? '');
    await observeHosts();
    const after = await holding();
    expect(after?.publicKeyHash).toBe(before?.publicKeyHash);
    expect(after?.serial).toBe((await certificates())[0]?.serial);
    expect(after?.serial).not.toBe(before?.serial);
  });

  it('whose key is compromised is replaced together with the key', async () => {
    const before = await holding();
    await revoke('KEY_COMPROMISE', (await certificates())[0]?.id ?? '');
    await observeHosts();
    const after = await holding();
    expect(after?.publicKeyHash).not.toBe(before?.publicKeyHash);
    expect(after?.serial).toBe((await certificates())[0]?.serial);
    const lists = readRevocationLists((await getRevocations()).pem);
    expect(lists.some(({ revoked }) => revoked.has(before?.serial ?? ''))).toBe(true);
    expect(lists.some(({ revoked }) => revoked.has(after?.serial ?? ''))).toBe(false);
    expect(after?.revocations.map(({ number }) => number).toSorted()).toEqual(lists.map(({ number }) => number).toSorted());
    await restart();
    expect(await holding()).toEqual(after);
  });

  it('of a host that lost its key is issued anew, and the lost key’s is revoked', async () => {
    const before = await holding();
    await cityNode.kill();
    await rm(path.join(installation.hostDirectory, 'channel'), { recursive: true });
    cityNode = await installation.startCityNode();
    const after = await holding();
    expect(after?.publicKeyHash).not.toBe(before?.publicKeyHash);
    const rows = await certificates();
    expect(rows.find(({ serial }) => serial === before?.serial)).toMatchObject({ revocationReason: 'SUPERSEDED' });
    expect(rows.find(({ serial }) => serial === after?.serial)).toMatchObject({ revokedAt: null });
  });

  it('follows the address of the channel', async () => {
    await getDb().host.update({ where: { id: installation.hostId }, data: { channelAddress: 'node.example:4102' } });
    await observeHosts();
    const row = await getDb().certificate.findFirstOrThrow({ where: { serial: (await holding())?.serial ?? '' } });
    expect(readChain(`-----BEGIN CERTIFICATE-----\n${Buffer.from(row.certificate).toString('base64')}\n-----END CERTIFICATE-----`)[0]).toMatchObject({ uris: [`chainworks:host:${installation.hostId}`], dnsNames: ['localhost', 'node.example'] });
  });

  it('comes with the revocations of others within one look', async () => {
    const other = createId('host');
    const { intermediateId } = await ensureAuthority();
    const { issueCertificate } = await import('@/lib/certificates');
    const { createPrivateKey256, publicKeyOf } = await import('@/lib/x509');
    const { id } = await issueCertificate({ profile: 'HOST', subjectId: other, key: { publicKey: publicKeyOf(createPrivateKey256()) }, addresses: { dnsNames: [], ipAddresses: [] } });
    await revoke('KEY_COMPROMISE', id);
    const { serial } = (await holding()) ?? {};
    await observeHosts();
    const { keyIdentifier, revocationsNumber } = await getDb().certificateAuthority.findUniqueOrThrow({ where: { id: intermediateId } });
    expect(await holding()).toMatchObject({ serial, revocations: expect.arrayContaining([{ authority: keyIdentifier, number: Number(revocationsNumber) }]) as unknown[] });
  });

  it('that the host refuses does not keep its peers from being looked at, nor the host from being called in peace', async () => {
    const file = path.join(installation.hostDirectory, 'join.json');
    const join = JSON.parse(await readFile(file, 'utf8')) as JoinConfig;
    await cityNode.kill();
    await writeFile(file, JSON.stringify({ ...join, authority: createTestAuthority().rootPem }));
    cityNode = await installation.startCityNode();
    expect(await holding(), 'what another authority signed is dropped').toBeUndefined();
    await expect(ensureHostCertificate(installation.hostId)).rejects.toMatchObject({ code: 'CONFLICT', publicMessage: expect.stringContaining('Join it anew') as string });
    const before = [await calls(), (await certificates()).length];
    for (let look = 0; look < 5; look++) await observeHosts();
    expect([await calls(), (await certificates()).length], 'the pause after the first refusal holds').toEqual(before);
    expect((await getDb().host.findUniqueOrThrow({ where: { id: installation.hostId } })).lastSeenAt?.getTime()).toBeGreaterThan(Date.now() - 10_000);
    await cityNode.kill();
    await writeFile(file, JSON.stringify(join));
    cityNode = await installation.startCityNode();
    await ensureHostCertificate(installation.hostId);
    expect(await holding()).toMatchObject({ serial: (await certificates())[0]?.serial });
  });

  it('of an unknown host, or of one that is away, is refused in words', async () => {
    await expect(ensureHostCertificate('host_none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await cityNode.kill();
    await expect(ensureHostCertificate(installation.hostId)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
