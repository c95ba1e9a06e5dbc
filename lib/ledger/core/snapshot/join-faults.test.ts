import { describe, expect, it } from 'vitest';
import { createMemoryIndex } from '../../testing/memory-index';
import { catchUpJoining, hasJoined, heightOf, joinCity, stateOf } from '../../testing/join-city';
import { openTestStorage } from '../../testing/open-test-storage';
import { createPowerCutFiles, type PowerCutFiles } from '../../testing/power-cut-files';
import { createRandom } from '../../testing/random';
import { at, status, submitAt } from '../../testing/test-city';
import { add, passTime, rest, restartTestNode, TEST_CHAIN, type TestNode } from '../../testing/test-nodes';
import { createKey } from '../crypto';
import { snapshotStatement, type SnapshotFacts } from '../consensus/statements';
import { hash } from '../types';
import { decodeRange, encodeRange } from './ranges';
import { decodeSnapshotAnswer, encodeSnapshotAnswer } from './snapshot-answer';

const warnings = (node: TestNode): string[] => node.manual.log.flatMap(({ event, fields }) => (typeof fields.reason === 'string' ? [`${event}: ${fields.reason}`] : []));

/** Lies of one peer's answers. */
const lieOf = (liar: string, lie: (facts: SnapshotFacts) => SnapshotFacts) => {
  const { signer } = createKey();
  return (peer: string, bytes: Uint8Array): Uint8Array | undefined => {
    const answer = decodeSnapshotAnswer(bytes);
    if (peer !== liar || answer.state !== 'ready') return undefined;
    const facts = lie(answer.signed.facts);
    return encodeSnapshotAnswer({ ...answer, signed: { facts, publicKey: signer.publicKey, signature: signer.sign(snapshotStatement(facts)) } });
  };
};

describe('a peer that joins over several ranges', () => {
  it('has the very state of the others, and shows how far it is', async () => {
    const { nodes, late, others } = await joinCity({ count: 4, finality: 'byzantine', blocks: 8, entries: 60 });
    const seen: NonNullable<ReturnType<typeof status>['joining']>[] = [];
    late.tamperSnapshot = {
      range: () => {
        const { joining } = status(late);
        if (joining !== undefined) seen.push(joining);
        return undefined;
      },
    };
    await catchUpJoining(nodes, late);
    expect(hasJoined(late)).toBe(true);
    expect(stateOf(late)).toBe(stateOf(at(others, 0)));
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.at(-1)).toMatchObject({ height: 8 });
    expect(seen.at(-1)!.bytesDone).toBeGreaterThan(seen.at(-1)!.bytesTotal / 3);
    expect(seen.every(({ bytesDone, bytesTotal }, index) => bytesDone <= bytesTotal && bytesDone >= (seen[index - 1]?.bytesDone ?? 0))).toBe(true);
    expect(status(late).joining).toBeUndefined();
    await submitAt(nodes, 3);
    expect(stateOf(late)).toBe(stateOf(at(others, 0)));
  });

  it.each([
    ['a changed value', (range: Uint8Array) => Uint8Array.from(range).with(range.length - 9, (range.at(-9) ?? 0) ^ 1)],
    ['an entry more', (range: Uint8Array) => {
      const { entries, siblings } = decodeRange(range);
      return encodeRange([{ key: Buffer.from('!'), value: Buffer.from('1') }, ...entries], { siblings });
    }],
    ['an entry less', (range: Uint8Array) => {
      const { entries, siblings } = decodeRange(range);
      return encodeRange(entries.slice(1), { siblings });
    }],
    ['nothing', () => new Uint8Array(0)],
    ['far too much', () => new Uint8Array(20 * 1024 * 1024)],
  ])('leaves a source that gives it %s, and goes on with the others', async (_, lie) => {
    const { nodes, late, others } = await joinCity({ count: 4, finality: 'crash', blocks: 7, entries: 30 });
    let lies = 0;
    late.tamperSnapshot = { range: (peer, range) => (peer === 'C1' ? ((lies += 1), lie(range)) : undefined) };
    await catchUpJoining(nodes, late, 10_000);
    expect(hasJoined(late)).toBe(true);
    expect(lies).toBeGreaterThan(0);
    expect(lies).toBeLessThanOrEqual(4);
    expect(warnings(late).some((line) => line.startsWith('a peer is not asked'))).toBe(true);
    expect(stateOf(late)).toBe(stateOf(at(others, 0)));
  });

  it('takes no range from a place where another belongs, and none twice', async () => {
    const { nodes, late, others } = await joinCity({ count: 4, finality: 'crash', blocks: 7, entries: 30 });
    let first: Uint8Array | undefined;
    late.tamperSnapshot = {
      range: (peer, range, index) => {
        if (index === 0) first = range;
        return peer === 'C0' && index > 0 ? first : undefined;
      },
    };
    await catchUpJoining(nodes, late, 10_000);
    expect(hasJoined(late)).toBe(true);
    expect(stateOf(late)).toBe(stateOf(at(others, 0)));
  });

  it('waits for sources that are away for a moment', async () => {
    const { nodes, late, others } = await joinCity({ count: 4, finality: 'crash', blocks: 7, entries: 30 });
    let failures = 0;
    late.tamperSnapshot = { range: (_, __, index) => (index > 1 && (failures += 1) <= 5 ? Promise.reject(new Error('away')) : undefined) };
    await catchUpJoining(nodes, late, 20_000);
    expect(failures).toBeGreaterThan(5);
    expect(hasJoined(late)).toBe(true);
    expect(stateOf(late)).toBe(stateOf(at(others, 0)));
  });

  it('gives up when nobody gives the ranges any more, keeps its ledger and replays the blocks', async () => {
    const { nodes, late, others } = await joinCity({ count: 4, finality: 'crash', blocks: 7, entries: 30 });
    late.tamperSnapshot = { range: (_, __, index) => (index > 1 ? Promise.reject(new Error('away')) : undefined) };
    await catchUpJoining(nodes, late, 30_000);
    expect(hasJoined(late)).toBe(false);
    expect(warnings(late).some((line) => line.includes('no peer gives the ranges'))).toBe(true);
    expect(status(late)).toMatchObject({ state: 'running', height: 7, firstHeight: 0 });
    expect(stateOf(late)).toBe(stateOf(at(others, 0)));
  });
});

describe('a peer to whom others lie about the snapshot', () => {
  const lies: readonly [string, (facts: SnapshotFacts) => SnapshotFacts][] = [
    ['another state', (facts) => ({ ...facts, stateHash: hash('00'.repeat(32)) })],
    ['another block', (facts) => ({ ...facts, blockHash: hash('11'.repeat(32)) })],
    ['far more ranges', (facts) => ({ ...facts, ranges: 65_536 })],
    ['far more bytes', (facts) => ({ ...facts, bytes: 2 ** 47 })],
  ];

  it.each(lies)('does not believe one against the quorum (%s)', async (_, lie) => {
    const { nodes, late, others } = await joinCity({ count: 5, finality: 'byzantine', blocks: 7 });
    // Quorum of five: four; all the others must be honest for it.
    late.tamperSnapshot = { answer: lieOf('C1', lie) };
    await catchUpJoining(nodes, late, 130_000);
    expect(hasJoined(late)).toBe(false);
    late.tamperSnapshot = undefined;
    expect(status(late)).toMatchObject({ state: 'running', height: 7 });
    expect(stateOf(late)).toBe(stateOf(at(others, 0)));
  });

  it('joins in spite of a liar when a quorum is left without it', async () => {
    const { nodes, late, others } = await joinCity({ count: 5, finality: 'crash', blocks: 7, entries: 10 });
    late.tamperSnapshot = { answer: lieOf('C1', (facts) => ({ ...facts, stateHash: hash('00'.repeat(32)) })) };
    await catchUpJoining(nodes, late, 10_000);
    expect(hasJoined(late)).toBe(true);
    expect(stateOf(late)).toBe(stateOf(at(others, 0)));
  });

  it('is not sent after a height that never comes, nor after changes that never were', async () => {
    const { nodes, late, others } = await joinCity({ count: 4, finality: 'byzantine', blocks: 7 });
    late.tamperSnapshot = {
      answer: (peer, bytes) => {
        const answer = decodeSnapshotAnswer(bytes);
        return peer === 'C1' && answer.state === 'passed' ? encodeSnapshotAnswer({ ...answer, height: 2 ** 40, changes: [3, 5, 2 ** 30] }) : undefined;
      },
    };
    await catchUpJoining(nodes, late, 10_000);
    expect(hasJoined(late)).toBe(true);
    expect(heightOf(late)).toBe(7);
    expect(status(late).agreement?.finality).toBe('byzantine');
    expect(stateOf(late)).toBe(stateOf(at(others, 0)));
  });

  it('does not go back to an old height', async () => {
    const { nodes, late } = await joinCity({ count: 4, finality: 'byzantine', blocks: 7 });
    await catchUpJoining(nodes, late, 10_000);
    late.tamperSnapshot = { answer: (_, bytes) => encodeSnapshotAnswer({ ...decodeSnapshotAnswer(bytes), state: 'passed', height: 3, genesisHash: hash('11'.repeat(32)), changes: [] }) };
    late.host.announced(TEST_CHAIN, (7 + 1_000) as Parameters<typeof late.host.announced>[1]);
    await passTime(nodes, 20_000);
    expect(status(late)).toMatchObject({ state: 'running', height: 7 });
  });
});

describe('a sub-chain that goes on while a peer joins it', () => {
  it('is joined at a height ahead of those who are asked, and goes on with the peer', async () => {
    const { nodes, late, others } = await joinCity({ count: 4, finality: 'byzantine', blocks: 8, entries: 60 });
    late.host.announced(TEST_CHAIN, at(others, 0).host.head(TEST_CHAIN).height);
    const answers: Promise<unknown>[] = [];
    for (let step = 0; step < 150; step += 1) {
      answers.push(at(nodes, step % 3).host.submit(TEST_CHAIN, add(`c${step % 3}`, 1)));
      await passTime(nodes, 100);
    }
    await Promise.all(answers);
    await passTime(nodes, 4_000);
    expect(hasJoined(late)).toBe(true);
    expect(heightOf(late)).toBe(heightOf(at(others, 0)));
    expect(stateOf(late)).toBe(stateOf(at(others, 0)));
    await submitAt(nodes, 3);
  });

  it('answers what was asked of the peer before and while it joined', async () => {
    const { nodes, late } = await joinCity({ count: 4, finality: 'byzantine', blocks: 8, entries: 30 });
    const reached = late.host.waitForHeight(TEST_CHAIN, 7, new AbortController().signal);
    const submitted = late.host.submit(TEST_CHAIN, add('c9', 1));
    await catchUpJoining(nodes, late, 15_000);
    expect(hasJoined(late)).toBe(true);
    expect((await reached).height).toBeGreaterThanOrEqual(8);
    expect(await submitted).toMatchObject({ state: 'final' });
  });
});

describe('a peer whose process ends while it joins', () => {
  it('does not wait for others who do not answer, and leaves its ledger as it was', async () => {
    const { nodes, late } = await joinCity({ count: 4, finality: 'crash', blocks: 7, entries: 30 });
    let isAsked = false;
    late.tamperSnapshot = { range: () => ((isAsked = true), new Promise(() => undefined)) };
    late.host.announced(TEST_CHAIN, at(nodes, 0).host.head(TEST_CHAIN).height);
    await passTime(nodes, 2_000);
    expect(isAsked).toBe(true);
    expect(status(late).joining).toMatchObject({ height: 7, bytesDone: 0 });
    await late.host.close();
    expect(late.storage.height(TEST_CHAIN)).toBe(0);
  });

  it('begins anew with the ledger it had, and joins (seeds 1 to 25: power cuts at any moment)', async () => {
    let cutBefore = 0;
    let cutAfter = 0;
    for (let seed = 1; seed <= 25; seed += 1) {
      const random = createRandom(seed);
      let files: PowerCutFiles = createPowerCutFiles();
      let index = createMemoryIndex();
      const city = await joinCity({ count: 4, finality: 'crash', blocks: 7, entries: 20, storage: (manual) => openTestStorage({ directory: '/ledger', files, index, manual, segmentBytesMax: 60_000 }) });
      let { late } = city;
      files.cutAfter(1 + random.below(random.pick([20, 60, 120])));
      late.host.announced(TEST_CHAIN, at(city.others, 0).host.head(TEST_CHAIN).height);
      await passTime([...city.others, late], 3_000);
      const wasAt = heightOf(late);
      files = files.restart(random);
      index = index.cut(random.chance(0.5));
      const storage = await openTestStorage({ directory: '/ledger', files, index, manual: late.manual, segmentBytesMax: 60_000 });
      const found = storage.open(TEST_CHAIN)?.height;
      expect(found, `seed ${seed}`).toBeGreaterThanOrEqual(wasAt);
      expect([0, 7], `seed ${seed}`).toContain(found);
      if (found === 0) cutBefore += 1;
      else cutAfter += 1;
      late = await restartTestNode(late, { isAbrupt: true, storage });
      const all = [...city.others, late];
      await catchUpJoining(all, late);
      expect(stateOf(late), `seed ${seed}`).toBe(stateOf(at(city.others, 0)));
      await passTime(all, 2_000);
      expect(status(late), `seed ${seed}`).toMatchObject({ state: 'running', height: 7, firstHeight: 0 });
      await rest();
    }
    expect([cutBefore > 3, cutAfter > 3], `${cutBefore} before, ${cutAfter} after`).toEqual([true, true]);
  });
});
