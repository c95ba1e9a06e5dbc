import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../core/crypto';
import { createRandom } from '../../../testing/random';
import { decodeRwset } from './decode-rwset';
import { encodePrivateRwset, encodePrivateWrites, encodeRwset } from './encode-rwset';
import { promisedBy } from './private-writes';
import { listMissing, reconcilePrivateData } from './reconcile-private-data';
import type { SimulationResult, Simulator } from './simulator';
import { hashExpiryRange, keyHashOf, privateWriteSetRange } from './state-keys';
import { applyTo, bytes, dump, TestLedger, text } from './testing/test-ledger';
import { readEntries, worldState } from './world-state';

const FOREVER = { basic: { secret: { blockToLive: 0 } } };
const SHORT = { basic: { secret: { blockToLive: 2 } } };

type Run = (simulator: Simulator) => void;
const put = (key: string, value: string): Run => (simulator) => simulator.putPrivateData('basic', 'secret', key, bytes(value));
const purge = (key: string): Run => (simulator) => simulator.purgePrivateData('basic', 'secret', key);
const idle: Run = (simulator) => simulator.putState('basic', 'idle', bytes('x'));

const worldOf = (ledger: TestLedger) => worldState(ledger.state, ledger.privateState);
const plainOf = (ledger: TestLedger, key: string) => text(worldOf(ledger).getPrivate('basic', 'secret', key)?.value);
const hashedOf = (ledger: TestLedger, key: string) => worldOf(ledger).getHashed('basic', 'secret', keyHashOf(key));
const holds = (ledger: TestLedger, word: string) => dump(ledger.privateState).some((line) => line.includes(Buffer.from(word).toString('hex')));

/** A transaction, and a block with it whose plaintext is lost on the way. */
function lost(ledger: TestLedger, run: Run, txId: string): SimulationResult {
  const result = ledger.simulate(run);
  ledger.commit([{ txId, result, plaintext: null }]);
  return result;
}

function lateOf(ledger: TestLedger, result: SimulationResult, height = ledger.height) {
  const [promised] = promisedBy(decodeRwset(result.rwset));
  const [{ collections } = { collections: [] }] = decodeOuter(result);
  return {
    position: { block: height, transaction: 0, namespace: 'basic', collection: 'secret' },
    plaintext: collections[0]?.rwset ?? new Uint8Array(0),
    hash: promised?.hash ?? new Uint8Array(0),
  };
}

function decodeOuter(result: SimulationResult) {
  const ledger = new TestLedger({ collections: FOREVER });
  const { privately } = ledger.commit([{ txId: 'copy', result }]);
  expect(privately.missing).toEqual([]);
  return [{ collections: [...readEntries(ledger.privateState, privateWriteSetRange(1))].map(({ value }) => ({ rwset: value })) }];
}

function reconcile(ledger: TestLedger, late: ReturnType<typeof lateOf>): boolean {
  const writes = reconcilePrivateData(late, ledger.state, ledger.privateState, ledger.collectionsOf);
  if (writes !== undefined) applyTo(ledger.privateState, writes);
  return writes !== undefined;
}

describe('private data of a block', () => {
  it('come in when they are what was promised', () => {
    const ledger = new TestLedger({ collections: FOREVER });
    ledger.submit(put('k', 'v'));
    expect(plainOf(ledger, 'k')).toBe('v');
    expect(worldOf(ledger).getPrivate('basic', 'secret', 'k')?.version).toEqual(hashedOf(ledger, 'k')?.version);
  });

  it('that are not what was promised count as missing; the transaction is valid', () => {
    const ledger = new TestLedger({ collections: FOREVER });
    const forged = encodePrivateRwset({
      namespaces: [{ namespace: 'basic', collections: [{ collection: 'secret', rwset: encodePrivateWrites({ writes: [{ key: 'k', isDelete: false, value: bytes('forged') }], metadataKeys: [] }) }] }],
    });
    for (const plaintext of [forged, Uint8Array.of(0xff), null]) {
      const { codes, privately } = ledger.commit([{ txId: String(ledger.height), result: ledger.simulate(put('k', 'v')), plaintext }]);
      expect([...codes]).toEqual([0]);
      expect(privately.missing).toEqual([{ block: ledger.height, transaction: 0, namespace: 'basic', collection: 'secret' }]);
    }
    expect(plainOf(ledger, 'k')).toBeUndefined();
    expect(hashedOf(ledger, 'k')).toBeDefined();
    expect(listMissing(ledger.privateState, 10).map(({ block }) => block)).toEqual([1, 2, 3]);
    expect(listMissing(ledger.privateState, 2)).toHaveLength(2);
  });

  it('that cannot be stored count as missing, however well they are endorsed', () => {
    const ledger = new TestLedger({ collections: FOREVER });
    const plaintexts = [encodePrivateWrites({ writes: [{ key: 'k'.repeat(2_000), isDelete: false, value: bytes('v') }], metadataKeys: [] }), bytes('no write set')];
    for (const rwset of plaintexts) {
      const collections = [{ collection: 'secret', reads: [], writes: [], metadataWrites: [], privateRwsetHash: sha256(rwset) }];
      const result: SimulationResult = {
        rwset: encodeRwset({ namespaces: [{ namespace: 'basic', reads: [], rangeQueries: [], writes: [], metadataWrites: [], collections }] }),
        privateRwset: encodePrivateRwset({ namespaces: [{ namespace: 'basic', collections: [{ collection: 'secret', rwset }] }] }),
        privateReads: [],
        keyMetadata: [],
      };
      const { codes, privately } = ledger.commit([{ txId: String(ledger.height), result }]);
      expect([[...codes], privately.missing.length]).toEqual([[0], 1]);
    }
  });

  it('of nothing are nothing', () => {
    const ledger = new TestLedger({ collections: SHORT });
    const collections = [{ collection: 'secret', reads: [], writes: [], metadataWrites: [], privateRwsetHash: sha256(new Uint8Array(0)) }];
    const rwset = encodeRwset({ namespaces: [{ namespace: 'basic', reads: [], rangeQueries: [], writes: [], metadataWrites: [], collections }] });
    const privateRwset = encodePrivateRwset({ namespaces: [{ namespace: 'basic', collections: [{ collection: 'secret', rwset: new Uint8Array(0) }] }] });
    expect(ledger.commit([{ txId: 'x', result: { rwset, privateRwset, privateReads: [], keyMetadata: [] } }]).privately).toEqual({ writes: [], missing: [] });
  });

  it('of others are not kept, and not asked for', () => {
    const ledger = new TestLedger({ collections: FOREVER, isMember: () => false });
    const { privately } = ledger.commit([{ txId: 'x', result: ledger.simulate(put('k', 'topsecret')) }]);
    expect(privately.missing).toEqual([]);
    expect(holds(ledger, 'topsecret')).toBe(false);
    expect(listMissing(ledger.privateState, 10)).toEqual([]);
  });

  it('leave the public state as it is without them', () => {
    const make = (plaintext: null | undefined) => {
      const ledger = new TestLedger({ collections: SHORT });
      for (let index = 0; index < 5; index += 1) ledger.commit([{ txId: String(index), result: ledger.simulate(put(`k${index}`, 'v')), plaintext }]);
      return dump(ledger.state);
    };
    expect(make(null)).toEqual(make(undefined));
  });

  it('that are older than the hash are not made current by metadata', () => {
    const ledger = new TestLedger({ collections: FOREVER });
    ledger.submit(put('k', 'outdated'));
    lost(ledger, put('k', 'newer'), 'x');
    ledger.submit((simulator) => simulator.putPrivateDataMetadata('basic', 'secret', 'k', new Map([['p', bytes('1')]])));
    expect(() => ledger.simulator().getPrivateData('basic', 'secret', 'k')).toThrowError('is not available');
  });

  it('are deleted by a write that deletes', () => {
    const ledger = new TestLedger({ collections: FOREVER });
    ledger.submit(put('k', 'v'));
    ledger.submit((simulator) => simulator.delPrivateData('basic', 'secret', 'k'));
    expect([plainOf(ledger, 'k'), hashedOf(ledger, 'k')]).toEqual([undefined, undefined]);
  });
});

describe('a time to live', () => {
  it('ends for value, hash and write set with the block after it, and no earlier', () => {
    const ledger = new TestLedger({ collections: SHORT });
    ledger.submit(put('k', 'shortlived'));
    for (const isThere of [true, true, false]) {
      ledger.submit(idle);
      expect([plainOf(ledger, 'k') !== undefined, hashedOf(ledger, 'k') !== undefined, holds(ledger, 'shortlived')], `block ${ledger.height}`).toEqual([isThere, isThere, isThere]);
    }
    expect(dump(ledger.privateState)).toEqual([]);
    // The schedule goes with what it was for.
    const [schedule = 0] = hashExpiryRange(0).from;
    expect(dump(ledger.state).filter((line) => line.startsWith(schedule.toString(16)))).toEqual([]);
  });

  it('of a value ends though its successor is missing', () => {
    const ledger = new TestLedger({ collections: SHORT });
    ledger.submit(put('k', 'outdated'));
    lost(ledger, put('k', 'newer'), 'x');
    ledger.submit(idle);
    expect(holds(ledger, 'outdated')).toBe(true);
    ledger.submit(idle);
    expect([holds(ledger, 'outdated'), hashedOf(ledger, 'k') !== undefined]).toEqual([false, true]);
  });

  it('begins anew with each write, also of metadata alone', () => {
    const ledger = new TestLedger({ collections: SHORT });
    ledger.submit(put('k', '1'));
    ledger.submit(put('k', '2'));
    ledger.submit((simulator) => simulator.putPrivateDataMetadata('basic', 'secret', 'k', new Map([['p', bytes('1')]])));
    for (let count = 0; count < 2; count += 1) ledger.submit(idle);
    expect(plainOf(ledger, 'k')).toBe('2');
    ledger.submit(idle);
    expect([plainOf(ledger, 'k'), hashedOf(ledger, 'k')]).toEqual([undefined, undefined]);
  });

  it('that ends in the block that writes the key again lets the new value be', () => {
    const ledger = new TestLedger({ collections: SHORT });
    ledger.submit(put('k', 'old'));
    for (let count = 0; count < 2; count += 1) ledger.submit(idle);
    ledger.submit(put('k', 'new'));
    expect([plainOf(ledger, 'k'), hashedOf(ledger, 'k') !== undefined]).toEqual(['new', true]);
  });

  it('takes what is missing off the list', () => {
    const ledger = new TestLedger({ collections: SHORT });
    lost(ledger, put('k', 'v'), 'x');
    expect(listMissing(ledger.privateState, 10)).toHaveLength(1);
    for (let count = 0; count < 3; count += 1) ledger.submit(idle);
    expect(listMissing(ledger.privateState, 10)).toEqual([]);
  });
});

describe('purging', () => {
  it('takes every value that the key ever had, and leaves what stood beside it', () => {
    const ledger = new TestLedger({ collections: FOREVER });
    ledger.submit((simulator) => {
      put('k', 'firstsecret')(simulator);
      put('other', 'stays')(simulator);
    });
    ledger.submit(put('k', 'secondsecret'));
    expect([holds(ledger, 'firstsecret'), holds(ledger, 'secondsecret')]).toEqual([true, true]);
    ledger.submit(purge('k'));
    expect([holds(ledger, 'firstsecret'), holds(ledger, 'secondsecret'), holds(ledger, 'stays')]).toEqual([false, false, true]);
    expect([plainOf(ledger, 'k'), hashedOf(ledger, 'k'), plainOf(ledger, 'other')]).toEqual([undefined, undefined, 'stays']);
    ledger.submit(put('k', 'again'));
    expect(plainOf(ledger, 'k')).toBe('again');
  });

  it('in a block spares what is written after it in the same block', () => {
    const ledger = new TestLedger({ collections: FOREVER });
    ledger.submit(put('k', 'old'));
    const results = [put('k', 'before'), purge('k'), put('k', 'after')].map((run) => ledger.simulate(run));
    ledger.commit(results.map((result, index) => ({ txId: `p${index}`, result })));
    expect(plainOf(ledger, 'k')).toBe('after');
    expect([holds(ledger, 'before'), holds(ledger, 'after')]).toEqual([false, true]);
  });

  it('works on a peer that did not get the write set which says so', () => {
    const ledger = new TestLedger({ collections: FOREVER });
    ledger.submit(put('k', 'topsecret'));
    lost(ledger, purge('k'), 'x');
    expect([plainOf(ledger, 'k'), holds(ledger, 'topsecret')]).toEqual([undefined, false]);
  });
});

describe('private data that come late', () => {
  it('are taken in when they were missing and are what was promised', () => {
    const ledger = new TestLedger({ collections: FOREVER });
    const late = lateOf(ledger, lost(ledger, put('k', 'v'), 'x'));
    expect(reconcile(ledger, { ...late, plaintext: bytes('forged') })).toBe(false);
    expect(reconcile(ledger, { ...late, position: { ...late.position, block: 77 } })).toBe(false);
    expect(reconcile(ledger, late)).toBe(true);
    expect(text(ledger.simulator().getPrivateData('basic', 'secret', 'k'))).toBe('v');
    expect(listMissing(ledger.privateState, 10)).toEqual([]);
    expect(reconcile(ledger, late)).toBe(false);
  });

  it('do not replace what is newer', () => {
    const ledger = new TestLedger({ collections: FOREVER });
    const late = lateOf(ledger, lost(ledger, put('k', 'old'), 'x'));
    ledger.submit(put('k', 'new'));
    expect(reconcile(ledger, late)).toBe(true);
    expect(plainOf(ledger, 'k')).toBe('new');
  });

  it('do not bring back what was deleted, or purged', () => {
    const ledger = new TestLedger({ collections: FOREVER });
    const late = lateOf(ledger, lost(ledger, put('k', 'topsecret'), 'x'));
    ledger.submit(purge('k'));
    expect(reconcile(ledger, late)).toBe(true);
    expect([plainOf(ledger, 'k'), holds(ledger, 'topsecret')]).toEqual([undefined, false]);
  });

  it('that delete take away what stands for nothing any more', () => {
    const ledger = new TestLedger({ collections: FOREVER });
    ledger.submit(put('k', 'v'));
    const late = lateOf(ledger, lost(ledger, (simulator) => simulator.delPrivateData('basic', 'secret', 'k'), 'x'));
    expect(() => ledger.simulator().getPrivateData('basic', 'secret', 'k')).toThrowError('is not available');
    expect(reconcile(ledger, late)).toBe(true);
    expect(ledger.simulator().getPrivateData('basic', 'secret', 'k')).toBeUndefined();
  });

  it('follow a version that metadata moved meanwhile', () => {
    const ledger = new TestLedger({ collections: FOREVER });
    const late = lateOf(ledger, lost(ledger, put('k', 'v'), 'x'));
    ledger.submit((simulator) => simulator.putPrivateDataMetadata('basic', 'secret', 'k', new Map([['p', bytes('1')]])));
    expect(reconcile(ledger, late)).toBe(true);
    expect(text(ledger.simulator().getPrivateData('basic', 'secret', 'k'))).toBe('v');
  });

  it('expire with the others', () => {
    const ledger = new TestLedger({ collections: SHORT });
    const late = lateOf(ledger, lost(ledger, put('k', 'shortlived'), 'x'));
    expect(reconcile(ledger, late)).toBe(true);
    for (let count = 0; count < 3; count += 1) ledger.submit(idle);
    expect(dump(ledger.privateState)).toEqual([]);
  });
});

describe('the private state of a peer', () => {
  const firstSeed = Number(process.env.SEED ?? 1);

  it.each(Array.from({ length: 40 }, (_, index) => firstSeed + index))('is that of a naive one, whatever comes late or never (seed %i)', (seed) => {
    const random = createRandom(seed);
    const blockToLive = random.pick([0, 1, 3]);
    const ledger = new TestLedger({ collections: { basic: { secret: { blockToLive } } } });
    /** What the hashes stand for, and whether this peer has the plaintext. */
    const model = new Map<string, { value: string; block: number; isHere: boolean }>();
    const outstanding: { late: ReturnType<typeof lateOf>; key: string; value: string; block: number }[] = [];
    for (let step = 0; step < 30; step += 1) {
      const key = random.pick(['a', 'b', 'c', '']);
      const value = `v${seed}-${step}`;
      const kind = random.pick(['put', 'put', 'put', 'delete', 'purge', 'idle'] as const);
      const run: Run = kind === 'put' ? put(key, value) : kind === 'purge' ? purge(key) : kind === 'delete' ? (simulator) => simulator.delPrivateData('basic', 'secret', key) : idle;
      const isLost = kind === 'put' && random.chance(0.4);
      const result = ledger.simulate(run);
      ledger.commit([{ txId: String(step), result, plaintext: isLost ? null : undefined }]);
      const block = ledger.height;
      for (const [name, one] of model) if (blockToLive > 0 && one.block + blockToLive + 1 <= block && name !== key) model.delete(name);
      if (kind === 'put') model.set(key, { value, block, isHere: !isLost });
      else if (kind !== 'idle') model.delete(key);
      const before = model.get(key);
      if (kind === 'idle' && before !== undefined && blockToLive > 0 && before.block + blockToLive + 1 <= block) model.delete(key);
      if (isLost) outstanding.push({ late: lateOf(ledger, result), key, value, block });
      if (outstanding.length > 0 && random.chance(0.5)) {
        const [late] = outstanding.splice(random.below(outstanding.length), 1);
        if (late !== undefined) {
          reconcile(ledger, late.late);
          const current = model.get(late.key);
          if (current?.block === late.block) current.isHere = true;
        }
      }
      for (const name of ['a', 'b', 'c', '']) {
        const expected = model.get(name);
        const told = () => text(ledger.simulator().getPrivateData('basic', 'secret', name));
        if (expected === undefined || expected.isHere) expect(told(), `step ${step} key "${name}"`).toBe(expected?.value);
        else expect(told, `step ${step} key "${name}"`).toThrowError('is not available');
      }
    }
  });
});
