import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessKeyTable } from '@/lib/gateway';
import { makeAccessKey } from '@/lib/gateway/testing';
import { HostRegister, spentKeyMs } from './host-register';
import { KeyKeeper } from './key-keeper';

const nodeKey = randomBytes(32);
let directory: string;
let register: HostRegister;
let table: AccessKeyTable;
let nowMs = 1_790_000_000_000;

const open = async () => {
  register = await HostRegister.open(path.join(directory, 'register'), nodeKey);
  table = new AccessKeyTable(randomBytes(32));
  return new KeyKeeper(register, table, () => nowMs);
};

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'key-keeper-'));
});
afterEach(async () => {
  await register.close();
  await rm(directory, { recursive: true, force: true });
});

describe('KeyKeeper', () => {
  it('bounds what a host remembers by what was spent in the last day, whatever number of keys came and went', async () => {
    let keeper = await open();
    await register.putPeer({ chain: 'tide-1', cityNode: 'SIN', framework: 'ethereum', peers: [{ cityNode: 'SIN', publicKey: 'AAAA', orders: true, hostId: 'h', channelAddress: '127.0.0.1:2' }] });
    const live = makeAccessKey('tide-1').record;
    await keeper.put(live.id, live);
    for (let day = 0; day < 5; day++) {
      for (let n = 0; n < 20; n++) {
        const { record } = makeAccessKey('tide-1');
        await keeper.put(record.id, record);
        await keeper.put(record.id, { ...record, revoked: true, version: 2 });
        // An older record that was on its way opens nothing.
        expect(await keeper.put(record.id, record)).toEqual({ id: record.id, version: 2 });
      }
      expect(table.list()).toHaveLength(21);
      expect(register.listAccessKeys()).toHaveLength(21);
      nowMs += spentKeyMs;
    }
    await register.close();
    keeper = await open();
    expect(table.list()).toEqual([live]);
    expect(await keeper.put(live.id, live)).toEqual({ id: live.id, version: 1 });
  });

  it('takes no key of a sub-chain that has no peer here, whose revocation holds as it is', async () => {
    const keeper = await open();
    const { record } = makeAccessKey('moss-1');
    await expect(keeper.put(record.id, record)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await keeper.put(record.id, { ...record, revoked: true, version: 2 })).toEqual({ id: record.id, version: 2 });
    await expect(keeper.put('ck_0000000000000000', record)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect([table.list(), register.listAccessKeys()]).toEqual([[], []]);
  });
});
