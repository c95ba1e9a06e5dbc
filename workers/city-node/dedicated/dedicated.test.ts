import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PeerHomeName, PeerName } from '@/lib/control';
import { createCall, findLost, openTestChain, TestHost, Writers } from '@/lib/gateway/testing';
import { moveTestPeer } from '../testing/move-test-peer';

/** A peer in a process of its own, in a real city-node process: moved there and back while clients write. */

let host: TestHost;
beforeAll(async () => {
  host = await TestHost.start(['SIN', 'PAR', 'NRT', 'HKG']);
}, 60_000);
afterAll(() => host.remove());

const directories = () => readdirSync(host.directory).filter((name) => name.includes('.') && name.startsWith('SIN'));

const moveTo = (peer: PeerName, to: PeerHomeName) => moveTestPeer(host, peer, to);

/** The process that has the peer's directory open. */
function pidOf(chain: string): number {
  return Number([...host.output.matchAll(new RegExp(`"chain":"${chain}","cityNode":"SIN","pid":(\\d+)`, 'g'))].at(-1)?.[1]);
}

describe('a peer that goes to a process of its own and back', () => {
  it('loses nothing that was acknowledged, and its clients see one sub-chain', { timeout: 120_000 }, async () => {
    const { chain, chainId } = await openTestChain([[host, 'SIN'], [host, 'PAR']]);
    const peer = { chain, cityNode: 'SIN' };
    const call = createCall(host.endpoint('SIN', chain), (await host.makeKey(chain)).text);
    const writers = new Writers();
    writers.begin(call, chainId, 4);
    await expect.poll(() => writers.acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(20);
    await moveTo(peer, 'own');
    const moved = writers.acknowledged.length;
    expect(directories()).toEqual([`SIN.${chain}`]);
    await expect.poll(() => writers.acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(moved + 20);
    await moveTo(peer, 'shared');
    const back = writers.acknowledged.length;
    await expect.poll(() => writers.acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(back + 20);
    await writers.end();
    expect(writers.refused).toEqual([]);
    expect(await findLost(call, writers.acknowledged)).toEqual([]);
    expect(directories()).toEqual([]);
    // The follower has the same blocks.
    const height = (await host.client.peerStatus(peer)).height;
    await expect.poll(async () => (await host.client.peerStatus({ chain, cityNode: 'PAR' })).height, { timeout: 20_000 }).toBe(height);
  });

  it('that is killed comes back by itself, with everything that was acknowledged', { timeout: 120_000 }, async () => {
    const { chain, chainId } = await openTestChain([[host, 'SIN']]);
    const peer = { chain, cityNode: 'SIN' };
    const call = createCall(host.endpoint('SIN', chain), (await host.makeKey(chain)).text);
    await moveTo(peer, 'own');
    const writers = new Writers();
    writers.begin(call, chainId, 2);
    await expect.poll(() => writers.acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(5);
    process.kill(pidOf(chain), 'SIGKILL');
    const before = writers.acknowledged.length;
    await expect.poll(() => writers.acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before + 10);
    await writers.end();
    expect(writers.refused).toEqual([]);
    expect(await findLost(call, writers.acknowledged)).toEqual([]);
  });

  it('is found in its process by the next process of the host, and is gone with it when it is removed', { timeout: 120_000 }, async () => {
    const { chain } = await openTestChain([[host, 'SIN']]);
    const peer = { chain, cityNode: 'SIN' };
    await moveTo(peer, 'own');
    await host.end('SIGKILL');
    await host.resume();
    await expect.poll(() => host.client.peerStatus(peer), { timeout: 30_000 }).toMatchObject({ state: 'running', height: 0, home: { at: 'own' } });
    await host.client.removeChain(peer);
    expect(directories().filter((name) => name.endsWith(chain))).toEqual([]);
    expect((await host.client.listPeers()).map((one) => one.chain)).not.toContain(chain);
  });

  it('keeps its votes: validators that move, die and come back are never caught signing two things, and blocks go on', { timeout: 180_000 }, async () => {
    const cityNodes = ['SIN', 'PAR', 'NRT', 'HKG'];
    const { chain, chainId } = await openTestChain(cityNodes.map((code) => [host, code]), {}, 'byzantine');
    const call = createCall(host.endpoint('PAR', chain), (await host.makeKey(chain)).text);
    const writers = new Writers();
    writers.begin(call, chainId, 3);
    const goOn = async () => {
      const before = writers.acknowledged.length;
      await expect.poll(() => writers.acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(before + 6);
    };
    await goOn();
    await moveTo({ chain, cityNode: 'SIN' }, 'own');
    await moveTo({ chain, cityNode: 'PAR' }, 'own');
    await goOn();
    process.kill(pidOf(chain), 'SIGKILL');
    await goOn();
    await expect.poll(async () => (await host.client.peerStatus({ chain, cityNode: 'SIN' })).state, { timeout: 30_000 }).toBe('running');
    await moveTo({ chain, cityNode: 'PAR' }, 'shared');
    await moveTo({ chain, cityNode: 'SIN' }, 'shared');
    await goOn();
    await writers.end();
    expect(writers.refused).toEqual([]);
    expect(await findLost(call, writers.acknowledged)).toEqual([]);
    const statuses = await Promise.all(cityNodes.map((cityNode) => host.client.peerStatus({ chain, cityNode })));
    for (const status of statuses) expect(status).toMatchObject({ state: 'running', orders: true, evidence: [] });
  });
});
