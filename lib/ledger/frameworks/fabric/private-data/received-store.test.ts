import { describe, expect, it } from 'vitest';
import { MemoryState } from '../../../storage/memory/memory-state';
import { ZERO_HASH } from '../../../core/types';
import { headKey, receivedBefore, receivedTotalKey } from '../chain-keys';
import { applyTo } from '../state/testing/test-ledger';
import { encodeHead } from '../head';
import { encodePrivateRwset } from '../state';
import { TestChannel } from '../testing/test-channel';
import { TestChannelPeer } from '../testing/test-channel-peer';
import { clearReceived, listReceived, MAKE_ROOM_AFTER_BLOCKS, putReceived, RECEIVED_BYTES_MAX, RECEIVED_EACH_MAX } from './received-store';

const txIdOf = (number: number): string => number.toString(16).padStart(64, '0');
const plain = (size: number, mark = 0): Uint8Array => encodePrivateRwset({ namespaces: [{ namespace: 'cc', collections: [{ collection: 'ours', rwset: Buffer.alloc(size, mark) }] }] });

/** A state at a height, with nothing else in it. */
class Store {
  readonly state = new MemoryState();
  constructor() {
    this.at(1);
  }
  at(number: number): this {
    applyTo(this.state, [{ key: headKey, value: encodeHead({ number, headerHash: Buffer.alloc(32), commitHash: Buffer.alloc(32), stateRoot: ZERO_HASH }) }]);
    return this;
  }
  put(txId: string, plaintext: Uint8Array): this {
    applyTo(this.state, putReceived(txId, plaintext, this.state));
    return this;
  }
  clear(block: number, ...txIds: readonly string[]): this {
    applyTo(this.state, clearReceived(block, txIds, this.state));
    return this;
  }
  get total(): readonly [count: number, bytes: number] {
    const value = Buffer.from(this.state.get(receivedTotalKey) ?? Buffer.alloc(12));
    return [value.readUIntBE(0, 6), value.readUIntBE(6, 6)];
  }
  get notes(): number {
    return this.state.range({ ...receivedBefore(2 ** 40), limit: 100_000 }).length;
  }
}

describe('private data that other peers gave', () => {
  it('are kept once, and go with the block of their transaction, all that was counted for them too', () => {
    const store = new Store().put(txIdOf(1), plain(10)).put(txIdOf(1), plain(10)).put(txIdOf(1), plain(10, 1)).put(txIdOf(2), plain(20));
    expect([store.total[0], listReceived(txIdOf(1), store.state).length, store.notes]).toEqual([3, 2, 3]);
    store.clear(2, txIdOf(1), txIdOf(9));
    expect([store.total, listReceived(txIdOf(1), store.state), store.notes]).toEqual([[1, plain(20).length], [], 1]);
    store.clear(3, txIdOf(2));
    expect([store.total, store.notes]).toEqual([[0, 0], 0]);
    expect(clearReceived(4, [txIdOf(2)], store.state)).toEqual([]);
  });

  it('are no more than there is room for: what has been waiting for long makes room, else the new ones are refused', () => {
    const large = 2 * 1024 * 1024 - 100;
    const store = new Store();
    const most = Math.floor(RECEIVED_BYTES_MAX / plain(large).length);
    for (let number = 1; number <= most; number += 1) store.put(txIdOf(number), plain(large));
    expect(() => store.put(txIdOf(1_000), plain(large))).toThrow('there is no room for more');
    expect(store.at(MAKE_ROOM_AFTER_BLOCKS + 1).total[0]).toBe(most);
    expect(() => store.put(txIdOf(1_000), plain(large))).toThrow('there is no room for more');
    store.at(MAKE_ROOM_AFTER_BLOCKS + 2).put(txIdOf(1_000), plain(large));
    expect([store.total, listReceived(txIdOf(1), store.state).length, store.notes]).toEqual([[1, plain(large).length], 0, 1]);
  });

  it('of one transaction are so many at most', () => {
    const store = new Store();
    for (let mark = 0; mark < RECEIVED_EACH_MAX; mark += 1) store.put(txIdOf(1), plain(10, mark));
    expect(() => store.put(txIdOf(1), plain(10, 200))).toThrow(`${RECEIVED_EACH_MAX} times`);
    store.put(txIdOf(1), plain(10, 0)).put(txIdOf(2), plain(10, 200));
    expect(store.total[0]).toBe(RECEIVED_EACH_MAX + 1);
  });

  it('of a transaction that never came go after as many blocks as those that were simulated here', () => {
    const store = new Store().put(txIdOf(1), plain(10)).at(5).put(txIdOf(2), plain(10));
    store.clear(20_002);
    expect([listReceived(txIdOf(1), store.state).length, listReceived(txIdOf(2), store.state).length]).toEqual([0, 1]);
    expect([store.total[0], store.notes]).toEqual([1, 1]);
  });

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
