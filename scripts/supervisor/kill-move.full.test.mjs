import { readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCall, findLost, openTestChain, TestHost, Writers } from '@/lib/gateway/testing';
import { bundleCityNode } from './bundle.mjs';
import { projectPath } from './project.mjs';

const stages = ['copying', 'closing', 'settling', 'switching', 'clearing'];
const doom = pathToFileURL(projectPath('scripts/testing/doom-at-stage.mjs')).href;
const waitMsMax = 30_000;

let host;
let program;
beforeAll(async () => {
  program = await bundleCityNode();
  host = await TestHost.prepare(['SIN', 'PAR']);
  await host.resume();
}, 180_000);
afterAll(() => host.remove());

const until = (look) => expect.poll(look, { timeout: waitMsMax, interval: 50 });
const directoriesOf = (chain) => readdirSync(host.directory).filter((name) => name.endsWith(chain));

async function restart(...options) {
  await host.end('SIGKILL');
  host.program = [...options, program];
  await host.resume();
}

/** A sub-chain with a follower, clients that write to it, and its peer at home there. */
async function begin(from) {
  const { chain, chainId } = await openTestChain([[host, 'SIN'], [host, 'PAR']]);
  const peer = { chain, cityNode: 'SIN' };
  const call = createCall(host.endpoint('SIN', chain), (await host.makeKey(chain)).text);
  if (from === 'own') await arrive(peer, 'own');
  return { chain, chainId, peer, call };
}

async function arrive(peer, to) {
  await host.client.movePeer(peer, to);
  await until(async () => (await host.client.peerStatus(peer)).home).toMatchObject({ at: to });
  await until(async () => (await host.client.peerStatus(peer)).home.moving).toBeUndefined();
}

describe.each([['shared', 'own'], ['own', 'shared']])('a move from %s to %s', (from, to) => {
  describe.each(['city node', 'peer’s process'])('while the %s is killed with -9', (victim) => {
    it.each(stages)('when it begins %s: exactly one home is left, and nothing that was acknowledged is lost', { timeout: 120_000 }, async (stage) => {
      await restart();
      const { chain, chainId, peer, call } = await begin(from);
      await restart('--import', `${doom}?${new URLSearchParams({ stage, victim })}`);
      const writers = new Writers();
      writers.begin(call, chainId, 2);
      await until(() => writers.acknowledged.length).toBeGreaterThan(4);
      await host.client.movePeer(peer, to).catch(() => undefined); // it may die before it answers
      if (victim === 'city node') {
        await until(() => host.isAlive).toBe(false);
        await restart();
      }
      await until(async () => (await host.client.peerStatus(peer)).home.moving).toBeUndefined();
      const { home } = await host.client.peerStatus(peer);
      // While it is being written down, either may be true.
      if (victim === 'city node' && stage !== 'switching') expect(home.at).toBe(stage === 'clearing' ? to : from);
      await until(() => directoriesOf(chain)).toEqual(home.at === 'own' ? [`SIN.${chain}`] : []);
      const before = writers.acknowledged.length;
      await until(() => writers.acknowledged.length).toBeGreaterThan(before + 4);
      await writers.end();
      expect(writers.refused).toEqual([]);
      expect(await findLost(call, writers.acknowledged)).toEqual([]);
      // Two signers would have made the follower stop.
      const { height } = await host.client.peerStatus(peer);
      await until(async () => await host.client.peerStatus({ chain, cityNode: 'PAR' })).toMatchObject({ state: 'running', height });
      await host.client.removeChain(peer);
      expect(directoriesOf(chain)).toEqual([]);
    });
  });
});
