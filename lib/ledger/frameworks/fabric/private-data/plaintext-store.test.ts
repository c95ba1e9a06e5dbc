import { describe, expect, it } from 'vitest';
import { MemoryState } from '../../../storage/memory/memory-state';
import { ZERO_HASH } from '../../../core/types';
import { headKey } from '../chain-keys';
import { applyTo } from '../state/testing/test-ledger';
import { encodeHead } from '../head';
import { encodePrivateRwset } from '../state';
import { TestChannel } from '../testing/test-channel';
import { TestChannelPeer } from '../testing/test-channel-peer';
import { aside, asideBounds, received, receivedBounds, type PlaintextStore } from './plaintext-store';

const txIdOf = (number: number): string => number.toString(16).padStart(64, '0');
const plain = (size: number, mark = 0): Uint8Array => encodePrivateRwset({ namespaces: [{ namespace: 'cc', collections: [{ collection: 'ours', rwset: Buffer.alloc(size, mark) }] }] });

/** A state at a height, with nothing else in it. */
class Store {
  readonly state = new MemoryState();
  constructor(readonly of: PlaintextStore) {
    this.at(1);
  }
  at(number: number): this {
    applyTo(this.state, [{ key: headKey, value: encodeHead({ number, headerHash: Buffer.alloc(32), commitHash: Buffer.alloc(32), stateRoot: ZERO_HASH }) }]);
    return this;
  }
  put(txId: string, plaintext: Uint8Array): this {
    applyTo(this.state, this.of.put(txId, plaintext, this.state));
    return this;
  }
  clear(block: number, ...txIds: readonly string[]): this {
    applyTo(this.state, this.of.clear(block, txIds, this.state));
    return this;
  }
  list(number: number): readonly Uint8Array[] {
    return this.of.list(txIdOf(number), this.state);
  }
  get total(): readonly [count: number, bytes: number] {
    const value = Buffer.from(this.state.get(this.of.space.totalKey) ?? Buffer.alloc(12));
    return [value.readUIntBE(0, 6), value.readUIntBE(6, 6)];
  }
  get notes(): number {
    return this.state.range({ ...this.of.space.before(2 ** 40), limit: 100_000 }).length;
  }
}

describe.each([
  ['that this peer’s simulations wrote', aside, asideBounds],
  ['that other peers gave', received, receivedBounds],
])('private data %s', (_whose, kept, { bytesMax, eachMax, makeRoomAfterBlocks }) => {
  it('are kept once, and go with the block of their transaction, all that was counted for them too', () => {
    const store = new Store(kept).put(txIdOf(1), plain(10)).put(txIdOf(1), plain(10)).put(txIdOf(1), plain(10, 1)).put(txIdOf(2), plain(20));
    expect([store.total[0], store.list(1).length, store.notes]).toEqual([3, 2, 3]);
    expect(Buffer.from(store.list(2)[0] ?? [])).toEqual(Buffer.from(plain(20)));
    store.clear(2, txIdOf(1), txIdOf(9));
    expect([store.total, store.list(1), store.notes]).toEqual([[1, plain(20).length], [], 1]);
    store.clear(3, txIdOf(2));
    expect([store.total, store.notes]).toEqual([[0, 0], 0]);
    expect(kept.clear(4, [txIdOf(2)], store.state)).toEqual([]);
  });

  it('are no more than there is room for: what has been waiting for long makes room, else the new ones are refused', () => {
    const large = 2 * 1024 * 1024 - 100;
    const store = new Store(kept);
    const most = Math.floor(bytesMax / plain(large).length);
    for (let number = 1; number <= most; number += 1) store.put(txIdOf(number), plain(large));
    expect(() => store.put(txIdOf(1_000), plain(large))).toThrow('there is no room for more');
    expect(store.at(makeRoomAfterBlocks + 1).total[0]).toBe(most);
    expect(() => store.put(txIdOf(1_000), plain(large))).toThrow('there is no room for more');
    store.at(makeRoomAfterBlocks + 2).put(txIdOf(1_000), plain(large));
    expect([store.total, store.list(1).length, store.notes]).toEqual([[1, plain(large).length], 0, 1]);
  });

  it('of one transaction are so many at most', () => {
    const store = new Store(kept);
    for (let mark = 0; mark < eachMax; mark += 1) store.put(txIdOf(1), plain(10, mark));
    expect(() => store.put(txIdOf(1), plain(10, 200))).toThrow(`${eachMax} times`);
    store.put(txIdOf(1), plain(10, 0)).put(txIdOf(2), plain(10, 200));
    expect(store.total[0]).toBe(eachMax + 1);
  });

  it('of a transaction that never came go after so many blocks', () => {
    const store = new Store(kept).put(txIdOf(1), plain(10)).at(5).put(txIdOf(2), plain(10));
    store.clear(20_002);
    expect([store.list(1).length, store.list(2).length]).toEqual([0, 1]);
    expect([store.total[0], store.notes]).toEqual([1, 1]);
  });

  it('of a transaction that stands in a block already are kept no more: who looked before may write after it', async () => {
    const channel = new TestChannel();
    const peer = await TestChannelPeer.open(channel, { organisations: ['Org1MSP'] });
    const defined = channel.define('secrets', { policy: "OR('Org1MSP.peer')", collections: [{ name: 'ours', members: "OR('Org1MSP.member')" }] });
    expect(kept.put(defined.txId, plain(10), peer.storage.state)).not.toEqual([]);
    await peer.commit(defined.bytes);
    expect(kept.put(defined.txId, plain(10), peer.storage.state)).toEqual([]);
  });
});

describe('private data that other peers gave', () => {
  it('that have the hash that the block promised come into the private state; others, of the same transaction, do not', async () => {
    const channel = new TestChannel();
    const peer = await TestChannelPeer.open(channel, { organisations: ['Org2MSP'] });
    await peer.commit(channel.define('secrets', { policy: "OR('Org1MSP.peer')", collections: [{ name: 'ours', members: "OR('Org1MSP.member', 'Org2MSP.member')" }] }).bytes);
    const { rwset, privateRwset = new Uint8Array(0) } = channel.simulate(peer.storage.state, (simulator) => simulator.putPrivateData('secrets', 'ours', 'k', Buffer.from('hidden')));
    const lie = channel.simulate(peer.storage.state, (simulator) => simulator.putPrivateData('secrets', 'ours', 'k', Buffer.from('a lie'))).privateRwset ?? new Uint8Array(0);
    const transaction = channel.transaction({ chaincode: 'secrets', results: rwset });
    for (const plaintext of [lie, privateRwset]) await peer.keepLocally({ kind: 'put-received', txId: transaction.txId, plaintext });
    await peer.commit(transaction.bytes);
    const given = await peer.query({ kind: 'block-private-data', number: 2 });
    expect(Buffer.from(given.get(0) ?? [])).toEqual(Buffer.from(privateRwset));
    expect(await peer.query({ kind: 'missing-private-data', limit: 5 })).toEqual([]);
    expect(peer.storage.state.range({ from: Uint8Array.of(0x53), to: Uint8Array.of(0x55), limit: 10 })).toEqual([]);
  });
});
