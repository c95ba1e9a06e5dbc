import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generousLimits, makeAccessKey } from '@/lib/gateway/testing';
import { z } from 'zod';
import { HostRegister, registerRecordSchema, registerVersion, spentKeyMs, type RegisteredPeer } from './host-register';

const nodeKey = randomBytes(32);
const nowMs = 1_790_000_000_000;
let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'host-register-'));
  file = path.join(directory, 'register');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = (key: Uint8Array = nodeKey) => HostRegister.open(file, key);
const peerOf = (chain: string, cityNode: string): RegisteredPeer => ({
  chain,
  cityNode,
  framework: 'ethereum',
  peers: [{ cityNode, publicKey: 'AAAA', orders: true, hostId: 'h', channelAddress: '127.0.0.1:2' }],
});
/** As the journal keeps a record. */
const line = (record: unknown) => {
  const json = JSON.stringify([record]);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
};

describe('HostRegister', () => {
  it('takes unread what its own schema has seen before, and reads records of every other version anew', async () => {
    const version = createHash('sha256').update(JSON.stringify(z.toJSONSchema(registerRecordSchema))).digest('hex').slice(0, 8);
    // Another schema of records needs another version: this one.
    expect(registerVersion).toBe(`1.${version}`);
    const peer = { chain: 'tide-1', cityNode: 'SIN', framework: 'ethereum', peers: [{ cityNode: 'SIN', publicKey: 'AAAA', orders: true, hostId: 'h' }] };
    await writeFile(file, line({ kind: 'peer', peer }));
    const register = await open();
    // An earlier release knew no addresses: the schema adds what is missing.
    expect(register.listPeers()[0]?.peers[0]?.channelAddress).toBe('');
    await register.close();
    for (const unversioned of [{ kind: 'peer', peer: { ...peer, peers: [] } }, { kind: 'peer', peer: { ...peer, peers: [] }, version: '00000000' }]) {
      await writeFile(file, line(unversioned));
      await expect(open()).rejects.toThrow(/peers/);
    }
    const anew = await (async () => {
      await rm(file);
      return open();
    })();
    await anew.putPeer(peerOf('tide-2', 'SIN'));
    await anew.close();
    expect(await readFile(file, 'utf8')).toContain(`"version":"${registerVersion}"`);
    expect((await open()).listPeers()).toEqual([peerOf('tide-2', 'SIN')]);
  });

  it('knows where each peer lives, also after its journal was rewritten, and forgets it with the peer', async () => {
    const [own, back, gone] = ['tide-1', 'tide-2', 'tide-3'].map((chain) => peerOf(chain, 'SIN')) as [RegisteredPeer, RegisteredPeer, RegisteredPeer];
    const register = await open();
    for (const peer of [own, back, gone]) {
      await register.putPeer(peer);
      await register.putHome(peer, 'own');
    }
    await register.putHome(back, 'shared');
    await register.removePeer(gone);
    await register.putPeer(gone);
    // A deployer's key that has done its work has the journal rewritten.
    await register.putDeployment({ chain: 'tide-1', cityNode: 'SIN', dataHash: 'aa', privateKey: new Uint8Array(randomBytes(32)) });
    await register.putDeployment({ chain: 'tide-1', cityNode: 'SIN', dataHash: 'aa', result: { transactionHash: '0x', contractAddress: '0x', height: 1, succeeded: true } });
    await register.close();
    const again = await open();
    expect([own, back, gone].map((peer) => again.hasOwnProcess(peer))).toEqual([true, false, false]);
    expect(again.hasOwnProcess({ chain: 'tide-1', cityNode: 'PAR' })).toBe(false);
    await again.close();
  });

  it('knows everything again after a restart', async () => {
    const register = await open();
    const peer = peerOf('tide-1', 'SIN');
    const key = makeAccessKey('tide-1').record;
    const deployment = { chain: 'tide-1', cityNode: 'SIN', dataHash: 'aa', privateKey: new Uint8Array(randomBytes(32)) };
    await Promise.all([register.putPeer(peer), register.putLimits('tide-1', generousLimits), register.putAccessKey(key, nowMs), register.putDeployment(deployment)]);
    await register.putAccessKey({ ...key, revoked: true, version: 2 }, nowMs);
    await register.close();
    const again = await open();
    expect(again.findPeer(peer)).toEqual(peer);
    expect(again.findPeerOfChain('tide-1')).toEqual(peer);
    expect(again.findLimits('tide-1')).toEqual(generousLimits);
    expect(again.listAccessKeys()).toEqual([{ ...key, revoked: true, version: 2 }]);
    expect(again.findDeployment(peer)).toEqual(deployment);
    await again.close();
  });

  it('opens the journal of a release before the peer channel', async () => {
    const register = await open();
    const peer = peerOf('tide-1', 'SIN');
    await register.putPeer(peer);
    await register.close();
    const [{ version: _version, ...record }] = JSON.parse((await readFile(file, 'utf8')).slice(9)) as [{ peer: RegisteredPeer; version: string }];
    const peersBefore = record.peer.peers.map(({ channelAddress: _, ...rest }) => ({ ...rest, controlUrl: 'http://127.0.0.1:1' }));
    const before = { ...record, peer: { ...record.peer, peers: peersBefore, linkSecret: randomBytes(61).toString('base64') } };
    await writeFile(file, line(before));
    const again = await open();
    expect(again.findPeer(peer)).toEqual({ ...peer, peers: [{ ...peer.peers[0], channelAddress: '' }] });
    await again.close();
  });

  it('does not bring a revoked key back when an older record of it was written after the revocation', async () => {
    const register = await open();
    const key = makeAccessKey('tide-1').record;
    const revoked = { ...key, revoked: true, version: 2 };
    await Promise.all([register.putAccessKey(revoked, nowMs), register.putAccessKey(key, nowMs)]);
    expect(register.listAccessKeys()).toEqual([revoked]);
    await register.close();
    const again = await open();
    expect(again.listAccessKeys()).toEqual([revoked]);
    await again.close();
  });

  it('keeps no secret readable, and does not open under another key', async () => {
    const register = await open();
    const peer = peerOf('tide-1', 'SIN');
    const privateKey = new Uint8Array(randomBytes(32));
    await register.putPeer(peer);
    await register.putDeployment({ chain: 'tide-1', cityNode: 'SIN', dataHash: 'aa', privateKey });
    await register.close();
    const bytes = await readFile(file);
    for (const encoding of ['base64', 'hex', 'base64url'] as const) expect(bytes.includes(Buffer.from(privateKey).toString(encoding))).toBe(false);
    await expect(open(randomBytes(32))).rejects.toThrow();
  });

  it('forgets a sub-chain’s limits and keys with its last peer here, and not before', async () => {
    const register = await open();
    const [sin, par, other] = [peerOf('tide-1', 'SIN'), peerOf('tide-1', 'PAR'), peerOf('moss-1', 'SIN')];
    const otherKey = makeAccessKey('moss-1').record;
    for (const peer of [sin, par, other]) await register.putPeer(peer);
    for (const chain of ['tide-1', 'moss-1']) await register.putLimits(chain, generousLimits);
    for (const record of [makeAccessKey('tide-1').record, otherKey]) await register.putAccessKey(record, nowMs);
    await register.removePeer(sin);
    expect(register.listAccessKeys()).toHaveLength(2);
    expect(register.hasChain('tide-1')).toBe(true);
    await register.removePeer(par);
    await register.removePeer(par);
    await register.close();
    const again = await open();
    expect(again.listPeers()).toEqual([other]);
    expect(again.listAccessKeys()).toEqual([otherKey]);
    expect([...again.listLimits().keys()]).toEqual(['moss-1']);
    await again.close();
  });

  it('does not grow without end when the same things change again and again, and loses none of them meanwhile', async () => {
    const register = await open();
    await register.putPeer(peerOf('tide-1', 'SIN'));
    const keys = Array.from({ length: 20 }, () => makeAccessKey('tide-1').record);
    let version = 1;
    for (let round = 0; round < 300; round++) {
      version += 1;
      await Promise.all(keys.map((key) => register.putAccessKey({ ...key, version }, nowMs)));
    }
    await register.close();
    expect((await stat(file)).size).toBeLessThan(1.2 * 1024 * 1024);
    const again = await open();
    expect(again.listAccessKeys().map((key) => key.version)).toEqual(keys.map(() => version));
    expect(again.listPeers()).toHaveLength(1);
    await again.close();
  });

  it('forgets keys a day after they were revoked or expired, not before, and not again after a restart', async () => {
    const register = await open();
    await register.putPeer(peerOf('tide-1', 'SIN'));
    const [live, later, revoked, expired] = [makeAccessKey('tide-1').record, makeAccessKey('tide-1', { expiresAtMs: nowMs + 2 * spentKeyMs }).record, makeAccessKey('tide-1').record, makeAccessKey('tide-1', { expiresAtMs: nowMs }).record];
    for (const key of [live, later, revoked, expired]) await register.putAccessKey(key, nowMs - 10 * spentKeyMs);
    await register.putAccessKey({ ...revoked, revoked: true, version: 2 }, nowMs);
    expect(register.forgetSpentKeys(nowMs + spentKeyMs - 1)).toEqual([]);
    expect(register.forgetSpentKeys(nowMs + spentKeyMs)).toEqual([revoked.id, expired.id]);
    expect(register.listAccessKeys()).toEqual([live, later]);
    await register.close();
    const again = await open();
    again.forgetSpentKeys(nowMs + spentKeyMs);
    expect(again.listAccessKeys()).toEqual([live, later]);
    await again.close();
  });

  it('keeps a deployer’s key until its result is stored and then nowhere, also when the process dies between the two', async () => {
    const deployment = { chain: 'tide-1', cityNode: 'SIN', dataHash: 'aa', privateKey: new Uint8Array(randomBytes(32)) };
    const result = { transactionHash: '0x1', contractAddress: '0x2', height: 1, succeeded: true };
    const register = await open();
    await register.putPeer(peerOf('tide-1', 'SIN'));
    await register.putDeployment(deployment);
    expect(register.findDeployment(deployment)).toEqual(deployment);
    const sealed = /"privateKey":"([^"]+)"/.exec(await readFile(file, 'utf8'))?.[1] ?? '';
    expect(sealed).not.toBe('');
    await register.putDeployment({ ...deployment, result });
    const { privateKey, ...rest } = { ...deployment, result };
    expect(privateKey).toHaveLength(32);
    expect(register.findDeployment(deployment)).toEqual(rest);
    await expect.poll(() => readFile(file, 'utf8')).not.toContain(sealed);
    await register.close();

    // What stays when the process is killed with the result stored and the journal not yet rewritten.
    await appendFile(file, line({ kind: 'deployment', deployment: { ...deployment, privateKey: sealed } }) + line({ kind: 'deployment', deployment: rest }));
    const again = await open();
    expect(again.findDeployment(deployment)).toEqual(rest);
    await expect.poll(() => readFile(file, 'utf8')).not.toContain(sealed);
    await again.close();
    const third = await open();
    expect(third.findDeployment(deployment)).toEqual(rest);
    await third.close();
  });
});
