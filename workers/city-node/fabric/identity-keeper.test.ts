import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadFabric, type ChainId } from '@/lib/ledger';
import { loadFabricTesting } from '@/lib/ledger/testing';
import { isAppError } from '@/lib/platform/pure/errors';
import { checkRequest, createPrivateKey256, parsePublicKey, publicKeyOf } from '@/lib/x509';
import { FabricBook } from './fabric-book';
import { IdentityKeeper } from './identity-keeper';
import { settingsOf } from './testing/fabric-host';

const fabric = await loadFabric();
const { createTestOrganisation } = await loadFabricTesting();
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const peer = { mspId: 'Org1MSP', role: 'peer' } as const;

let directory: string;
let nodeKey: Uint8Array;
let book: FabricBook;
let nowMs: number;

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'identities-'));
  nodeKey = randomBytes(32);
  book = await FabricBook.open(path.join(directory, 'book.journal'));
  nowMs = Date.now();
});
afterEach(async () => {
  await book.close();
  rmSync(directory, { recursive: true, force: true });
});

const open = () => IdentityKeeper.open({ directory: path.join(directory, 'keys'), nodeKey, hostId: 'host_test', book, fabric, now: () => nowMs, logger: quiet });

async function certify(keeper: IdentityKeeper, organisation = createTestOrganisation('Org1MSP'), unit = 'peer') {
  const { request } = await keeper.request(peer, {});
  return { organisation, certificate: organisation.certify(parsePublicKey(checkRequest(request)), unit) };
}

const codeOf = async (act: Promise<unknown>): Promise<string> => {
  const error = await act.then(() => undefined, (reason: unknown) => reason);
  return isAppError(error) ? error.code : String(error);
};

describe('the identity of an organisation’s peer on a host', () => {
  it('is a key that is made once, stays encrypted here, and signs when its certificate is there', async () => {
    const keeper = await open();
    const first = await keeper.request(peer, {});
    expect((await keeper.request(peer, {})).publicKeyHash).toBe(first.publicKeyHash);
    expect(keeper.signerOf('Org1MSP')).toBeUndefined();
    const { organisation, certificate } = await certify(keeper);
    const holding = await keeper.put(peer, { certificate, organisation: settingsOf(organisation) });
    expect(await keeper.put(peer, { certificate, organisation: settingsOf(organisation) })).toEqual(holding);
    expect(holding.publicKeyHash).toBe(first.publicKeyHash);

    const again = await open();
    expect(again.list()).toEqual([holding]);
    const msps = again.localMsps('Org1MSP');
    const signer = again.signerOf('Org1MSP');
    const identity = signer && msps?.deserializeIdentity(signer.serialized);
    expect(identity?.msp.id).toBe('Org1MSP');
    const files = readdirSync(path.join(directory, 'keys'));
    expect(files).toHaveLength(1);
    expect(readFileSync(path.join(directory, 'keys', files[0] ?? '')).toString('latin1')).not.toContain('Org1MSP');
  });

  it('is of that organisation, in that role, for a key of this host, and not over', async () => {
    const keeper = await open();
    const { organisation, certificate } = await certify(keeper);
    const settings = settingsOf(organisation);
    expect(await codeOf(keeper.put(peer, { certificate, organisation: settingsOf(createTestOrganisation('Org1MSP')) }))).toBe('INVALID_INPUT');
    expect(await codeOf(keeper.put(peer, { certificate: (await certify(keeper, organisation, 'client')).certificate, organisation: settings }))).toBe('INVALID_INPUT');
    expect(await codeOf(keeper.put({ ...peer, role: 'orderer' }, { certificate, organisation: settings }))).toBe('INVALID_INPUT');
    const foreign = organisation.certify(parsePublicKey(publicKeyOf(createPrivateKey256())), 'peer');
    expect(await codeOf(keeper.put(peer, { certificate: foreign, organisation: settings }))).toBe('CONFLICT');
    expect(await codeOf(keeper.put(peer, { certificate: 'nonsense', organisation: settings }))).toBe('INVALID_INPUT');
    nowMs += 40 * 365 * 86_400_000;
    expect(await codeOf(keeper.put(peer, { certificate, organisation: settings }))).toBe('CONFLICT');
    expect(keeper.list()).toEqual([]);
  });

  it('gets another key when the one in use must not be used, and signs with the old one until then', async () => {
    const keeper = await open();
    const { organisation, certificate } = await certify(keeper);
    const before = await keeper.put(peer, { certificate, organisation: settingsOf(organisation) });
    const next = await keeper.request(peer, { retire: before.publicKeyHash });
    expect(next.publicKeyHash).not.toBe(before.publicKeyHash);
    expect((await open()).list()).toEqual([before]);
    expect((await (await open()).request(peer, {})).publicKeyHash).toBe(next.publicKeyHash);
    const renewed = await keeper.put(peer, { certificate: organisation.certify(parsePublicKey(checkRequest(next.request)), 'peer'), organisation: settingsOf(organisation) });
    expect(renewed.publicKeyHash).toBe(next.publicKeyHash);
    expect((await open()).list()).toEqual([renewed]);
  });

  it('is nobody in channels of others, and gone when it is taken away: its name is free', async () => {
    const keeper = await open();
    const { organisation, certificate } = await certify(keeper);
    const { rootsHash } = fabric.openOrganisation({ mspId: 'Org1MSP', ...settingsOf(organisation) });
    await keeper.put(peer, { certificate, organisation: settingsOf(organisation) });
    await book.putChannel({ chain: 'tide-1', channelId: 'one', organisations: [{ mspId: 'Org1MSP', rootsHash }], orderers: [] });
    await book.putChannel({ chain: 'tide-2', channelId: 'two', organisations: [{ mspId: 'Org2MSP', rootsHash }], orderers: [] });
    expect(keeper.rolesOf('tide-1' as ChainId)).toEqual({ organisations: ['Org1MSP'] });
    expect(keeper.rolesOf('tide-2' as ChainId)).toEqual({ organisations: [] });
    await keeper.remove(peer);
    await keeper.remove(peer);
    expect(keeper.rolesOf('tide-1' as ChainId)).toEqual({ organisations: [] });
    expect((await open()).list()).toEqual([]);
    expect(book.findOrganisation('Org1MSP')).toBeUndefined();
  });
});
