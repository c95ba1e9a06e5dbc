import { describe, expect, it } from 'vitest';
import { catchUpJoining, hasJoined, joinCity } from '../../testing/join-city';
import { createMemoryIndex } from '../../testing/memory-index';
import { openTestStorage } from '../../testing/open-test-storage';
import { createPowerCutFiles } from '../../testing/power-cut-files';
import { createRandom } from '../../testing/random';
import { at, status, submitAt } from '../../testing/test-city';
import { letRest, passTime, restartTestNode, TEST_CHAIN } from '../../testing/test-nodes';
import { height } from '../types';

/** No page of several blocks comes: a peer joins, and has no older block yet. */
const onlySingle = (records: readonly Uint8Array[]): readonly Uint8Array[] => (records.length > 1 ? [] : records);

describe('a peer that joined from a snapshot', () => {
  it('takes no older block but the very one that is named, whoever gives it', async () => {
    const { nodes, late, others } = await joinCity({ count: 4, finality: 'crash', blocks: 30 });
    const random = createRandom(6);
    late.tamper = onlySingle;
    await catchUpJoining(nodes, late);
    expect(hasJoined(late)).toBe(true);
    let pages = 0;
    late.tamper = (records) => {
      pages += 1;
      if (pages % 5 === 0) return records;
      const at = random.below(records.length);
      return random.pick([records.toReversed(), records.map(() => Buffer.from('no block')), records.with(at, records[(at + 1) % records.length]!), [...records, ...records], []]);
    };
    await passTime(nodes, 400_000);
    expect(pages).toBeGreaterThan(3);
    expect(status(late)).toMatchObject({ state: 'running', firstHeight: 0 });
    for (let block = 1; block <= 30; block += 1) expect(late.host.blockAt(TEST_CHAIN, height(block))?.hash).toBe(at(others, 0).host.blockAt(TEST_CHAIN, height(block))?.hash);
  });

  it('gets them also where a page ends before the block that it needs first', async () => {
    const { nodes, late } = await joinCity({ count: 4, finality: 'crash', blocks: 30 });
    late.tamper = (records) => records.slice(0, 3);
    await catchUpJoining(nodes, late, 10_000);
    expect(hasJoined(late)).toBe(true);
    expect(status(late)).toMatchObject({ state: 'running', firstHeight: 0 });
  });

  it('goes on with them after its process ended', async () => {
    const files = createPowerCutFiles();
    const index = createMemoryIndex();
    const { nodes, late, others } = await joinCity({ count: 4, finality: 'crash', blocks: 30, storage: (manual) => openTestStorage({ directory: '/ledger', files, index, manual }) });
    late.tamper = (records) => records.slice(0, 2);
    late.host.announced(TEST_CHAIN, height(30));
    await passTime(nodes, 1_200);
    const { firstHeight } = status(late);
    expect(firstHeight).toBeGreaterThan(1);
    expect(firstHeight).toBeLessThan(29);
    await late.host.close();
    const storage = await openTestStorage({ directory: '/ledger', files, index, manual: late.manual });
    expect(storage.open(TEST_CHAIN)?.firstHeight).toBeLessThanOrEqual(firstHeight);
    const back = await restartTestNode(late, { isAbrupt: true, storage });
    await passTime([...others, back], 4_000);
    expect(status(back)).toMatchObject({ state: 'running', height: 30, firstHeight: 0 });
  });

  it('goes on with them, and then rests, also when it was opened while the disk was full', async () => {
    const [files, index] = [createPowerCutFiles(), createMemoryIndex()];
    const { nodes, late, others } = await joinCity({ count: 4, finality: 'crash', blocks: 30, storage: (manual) => openTestStorage({ directory: '/ledger', files, index, manual }) });
    late.tamper = onlySingle;
    await catchUpJoining(nodes, late, 3_000);
    expect(status(late).firstHeight).toBeGreaterThan(1);
    files.setRoom(10);
    await submitAt(others, 0);
    await passTime(nodes, 1_000);
    expect(late.storage.isFull).toBe(true);
    late.tamper = undefined;
    late.host.head(TEST_CHAIN);
    await passTime(nodes, 1_000);
    files.setRoom(100_000_000);
    await passTime(nodes, 6_000);
    expect(status(late)).toMatchObject({ state: 'running', height: 31, firstHeight: 0 });
    await letRest(nodes);
    expect(late.host.stats().openChains).toBe(0);
  });

  it('goes on with them by itself once its full disk has room again', async () => {
    const files = createPowerCutFiles();
    const { nodes, late } = await joinCity({ count: 4, finality: 'crash', blocks: 30, storage: (manual) => openTestStorage({ directory: '/ledger', files, index: createMemoryIndex(), manual }) });
    late.tamper = onlySingle;
    await catchUpJoining(nodes, late);
    const { firstHeight } = status(late);
    expect(firstHeight).toBeGreaterThan(9);
    files.setRoom(1_000);
    late.tamper = (records) => records;
    await passTime(nodes, 70_000);
    expect(late.host.stats().isFull).toBe(true);
    expect(status(late)).toMatchObject({ state: 'running', height: 30 });
    expect(status(late).firstHeight).toBeGreaterThan(1);
    files.setRoom(100_000_000);
    await passTime(nodes, 70_000);
    expect(status(late)).toMatchObject({ state: 'running', height: 30, firstHeight: 0 });
    const told = late.manual.log.flatMap(({ event, fields }) => (event.startsWith('older blocks') ? [String(fields.reason)] : []));
    expect(told.join()).not.toMatch(/next below/);
  });

  it('serves what it has to others, and says of the rest that it is not here', async () => {
    const { nodes, late } = await joinCity({ count: 4, finality: 'crash', blocks: 30 });
    late.tamper = onlySingle;
    await catchUpJoining(nodes, late);
    const { firstHeight } = status(late);
    expect(late.host.blockRecords(TEST_CHAIN, height(firstHeight), 64)).toHaveLength(30 - firstHeight + 1);
    expect(late.host.blockRecords(TEST_CHAIN, height(5), 64)).toEqual([]);
    expect(late.host.blockRecords(TEST_CHAIN, height(0), 64)).toHaveLength(1);
    expect(() => late.host.blockAt(TEST_CHAIN, height(5))).toThrow(expect.objectContaining({ code: 'block-missing', details: { chain: TEST_CHAIN, height: 5, firstHeight } }));
    expect(late.host.blockAt(TEST_CHAIN, height(31))).toBeUndefined();
    expect(late.host.blockAt(TEST_CHAIN, height(0))).toBeDefined();
  });
});
