import { describe, expect, it } from 'vitest';
import { chainId } from '../../../core/types';
import { createChannel } from '../channel';
import { TestChannel } from '../testing/test-channel';
import { testStartMs } from '../testing/test-organisation';
import { introduce } from './introduction';
import { ASKED_AGAIN_MS, FRESH_MS, PeerDirectory } from './peer-directory';
import { peerTask, peerTaskAnswer } from './peer-tasks';
import type { HostLink } from './remote-peer';

const chain = chainId('tide-4417');
const channel = new TestChannel();
const rules = createChannel(channel.config);
const [peer1, peer2] = channel.peers as [(typeof channel.peers)[0], (typeof channel.peers)[0]];

/** Two hosts with a peer each, and a directory that asks them. */
function open() {
  const state = { nowMs: testStartMs + 1_000, asked: [] as string[], away: new Set<string>(), slow: undefined as Promise<void> | undefined, height: 5 };
  const link = (hostId: string, signer: typeof peer1): HostLink => ({
    hostId,
    hostname: `${hostId}.test`,
    run: () => Promise.reject(new Error('nobody asks for that')),
    async runShort(task) {
      state.asked.push(hostId);
      await state.slow;
      if (state.away.has(hostId)) throw new Error('connection refused');
      const { introduce: nonce } = peerTask.decode(task);
      return peerTaskAnswer.encode({ introductions: [introduce({ chain, hostId, nonce, height: 7, port: 7_051, chaincodes: ['basic'], description: new Uint8Array(0) }, signer)] });
    },
  });
  const links = [link('host_1', peer1), link('host_2', peer2)];
  let nonces = 0;
  const directory = new PeerDirectory({
    find: (channelId) => (channelId === 'mychannel' ? { chain, links } : undefined),
    nonce: () => Buffer.from(`nonce ${(nonces += 1)}`.padEnd(16)),
    nowMs: () => state.nowMs,
    signal: new AbortController().signal,
  });
  const view = () => ({ channelId: 'mychannel', height: state.height, rules });
  const named = (peers: readonly { mspId: string; address: string }[]) => peers.map(({ mspId, address }) => `${mspId} ${address}`);
  return { state, directory, view, known: async () => named(await directory.known(view())), fresh: async () => named(await directory.fresh(view())) };
}

const both = ['Org1MSP host_1.test:7051', 'Org2MSP host_2.test:7051'];

describe('who else has peers of a channel', () => {
  it('is asked once, by however many, and again in the background when it was long ago', async () => {
    const { state, known } = open();
    expect(await Promise.all([known(), known(), known()])).toEqual([both, both, both]);
    expect(state.asked).toEqual(['host_1', 'host_2']);
    state.nowMs += FRESH_MS;
    expect(await known()).toEqual(both);
    expect(state.asked).toHaveLength(2);
    state.nowMs += 1;
    state.away.add('host_2');
    // Who is known is told at once, the news come after.
    let release: () => void = () => undefined;
    state.slow = new Promise((resolve) => {
      release = resolve;
    });
    expect(await known()).toEqual(both);
    expect(state.asked).toHaveLength(4);
    release();
    await expect.poll(known).toEqual(both.slice(0, 1));
  });

  it('is asked anew for whom those who are known did not suffice: once a second, or when there is a new block', async () => {
    const { state, known, fresh } = open();
    state.away.add('host_2');
    expect(await known()).toEqual(both.slice(0, 1));
    state.away.clear();
    expect(await fresh()).toEqual(both.slice(0, 1));
    state.height += 1;
    expect(await fresh()).toEqual(both);
    state.away.add('host_1');
    expect(await fresh()).toEqual(both);
    state.nowMs += ASKED_AGAIN_MS;
    expect(await fresh()).toEqual(both.slice(1));
    expect(state.asked).toHaveLength(6);
  });

  it('is nobody where there is no such channel, and not believed by another configuration than that which was asked with', async () => {
    const { state, directory, known, view } = open();
    expect(await directory.known({ ...view(), channelId: 'ghost' })).toEqual([]);
    expect(await known()).toEqual(both);
    const strangers = createChannel(new TestChannel().config);
    expect(await directory.known({ ...view(), rules: strangers })).toEqual([]);
    expect(state.asked).toHaveLength(4);
    directory.forget();
    expect(await known()).toEqual(both);
  });
});
