import { describe, expect, it } from 'vitest';
import type { ReadView } from '../../../core/framework';
import { height } from '../../../core/types';
import { TestChannel } from '../testing/test-channel';
import { TestChannelPeer } from '../testing/test-channel-peer';
import { collectionsBefore } from './collections-before';

const channel = new TestChannel();
const define = (sequence: bigint, ...names: string[]) => channel.define('basic', { policy: "OR('Org1MSP.peer')", sequence, collections: names.map((name) => ({ name, members: "OR('Org1MSP.member')" })) }).bytes;

async function open(): Promise<TestChannelPeer> {
  const peer = await TestChannelPeer.open(channel);
  await peer.commit(define(1n, 'a'));
  await peer.commit(channel.put('basic', { k: '1' }).bytes);
  await peer.commit(define(2n, 'a', 'b'));
  return peer;
}

describe('the collections that a block found', () => {
  it('are those of the last definition below it', async () => {
    const peer = await open();
    const names = async (block: number, chaincode = 'basic') => (await peer.query({ kind: 'collections-before', chaincode, block })).map(({ name }) => name);
    expect(await Promise.all([0, 1, 2, 3, 4].map((block) => names(block)))).toEqual([[], [], ['a'], ['a'], ['a', 'b']]);
    expect(await names(4, 'ghost')).toEqual([]);
  });

  it('are not guessed when the old definition’s block is not here, and need none when it still holds', async () => {
    const { storage } = await open();
    const joined: ReadView = { height: height(3), knownHeight: 3, state: storage.state, firstHeight: 4, blockAt: () => undefined, signal: new AbortController().signal };
    expect(() => collectionsBefore(joined, 'basic', 2)).toThrow(expect.objectContaining({ code: 'block-missing' }));
    expect(collectionsBefore(joined, 'basic', 4).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});
