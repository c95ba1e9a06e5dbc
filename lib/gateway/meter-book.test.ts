import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MeterBook } from './meter-book';
import { RecordJournal } from './record-journal';

const july = Date.UTC(2026, 6, 31, 23, 59, 59, 999);
const august = july + 1;
let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'meter-book-'));
  file = path.join(directory, 'meters');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Flushes only when the test says so. */
async function openBook(nowMs = july): Promise<MeterBook & { errors?: unknown[] }> {
  return MeterBook.open({
    file,
    now: () => nowMs,
    schedule: () => undefined,
    onError(error) {
      throw error;
    },
  });
}

function add(book: MeterBook, chain: string, requests: number, transactions: number, nowMs = july): void {
  for (let index = 0; index < requests; index++) book.countRequest(chain, nowMs);
  for (let index = 0; index < transactions; index++) book.countTransaction(chain, nowMs);
}

describe('MeterBook', () => {
  it('writes one numbered record per sub-chain and flush, and none when nothing happened', async () => {
    const book = await openBook();
    add(book, 'a-1', 3, 1);
    add(book, 'b-1', 2, 0);
    expect((await book.page(0, 10)).records).toEqual([]);
    await book.flush();
    await book.flush();
    add(book, 'a-1', 1, 0);
    await book.flush();
    expect(await book.page(0, 10)).toEqual({
      records: [
        { sequence: 1, atMs: july, chain: 'a-1', requests: 3, transactions: 1 },
        { sequence: 2, atMs: july, chain: 'b-1', requests: 2, transactions: 0 },
        { sequence: 3, atMs: july, chain: 'a-1', requests: 1, transactions: 0 },
      ],
      lastSequence: 3,
    });
    expect((await book.page(1, 1)).records.map((record) => record.sequence)).toEqual([2]);
    await book.close();
  });

  it('keeps running totals over restarts, so that a restart gives no new quota', async () => {
    const book = await openBook();
    add(book, 'a-1', 3, 1);
    await book.close();
    const again = await openBook();
    add(again, 'a-1', 2, 0);
    expect(again.used('a-1', 'total', july)).toEqual({ requests: 5, transactions: 1 });
    expect(again.used('a-1', 'month', july)).toEqual({ requests: 5, transactions: 1 });
    expect(again.used('b-1', 'total', july)).toEqual({ requests: 0, transactions: 0 });
    await again.close();
  });

  it('begins the month anew at midnight UTC and keeps the total', async () => {
    const book = await openBook();
    add(book, 'a-1', 3, 1, july);
    await book.flush();
    expect(book.used('a-1', 'month', august)).toEqual({ requests: 0, transactions: 0 });
    add(book, 'a-1', 2, 0, august);
    expect(book.used('a-1', 'month', august)).toEqual({ requests: 2, transactions: 0 });
    expect(book.used('a-1', 'total', august)).toEqual({ requests: 5, transactions: 1 });
    await book.close();
  });

  it('never changes a record or its number, also over restarts and acknowledgement', async () => {
    const book = await openBook();
    const seen = new Map<number, string>();
    const check = async (from: MeterBook) => {
      let after = 0;
      for (;;) {
        const { records } = await from.page(after, 7);
        if (records.length === 0) return;
        for (const record of records) {
          expect(seen.get(record.sequence) ?? JSON.stringify(record)).toBe(JSON.stringify(record));
          seen.set(record.sequence, JSON.stringify(record));
          expect(record.sequence).toBeGreaterThan(after);
          after = record.sequence;
        }
      }
    };
    let open = book;
    for (let round = 0; round < 30; round++) {
      add(open, `c-${round % 5}`, 1 + (round % 3), round % 2);
      await open.flush();
      await check(open);
      if (round % 4 === 3) await open.acknowledge(round - 5, () => true);
      if (round % 7 === 6) {
        await open.close();
        open = await openBook();
      }
    }
    expect(seen.size).toBe(30);
    await open.close();
  });

  it('shrinks its file once the portal has fetched, and still knows the totals and the next number', async () => {
    let book = await openBook();
    const chains = Array.from({ length: 3_000 }, (_, index) => `chain-${index}`);
    let last = 0;
    for (let round = 0; round < 6; round++) {
      for (const chain of chains) add(book, chain, 1, 0);
      await book.flush();
    }
    last = (await book.page(17_999, 10)).lastSequence;
    expect(last).toBe(18_000);
    const before = (await stat(file)).size;
    expect(before).toBeGreaterThan(1024 * 1024);
    await book.acknowledge(17_900, (chain) => chain !== 'chain-7');
    expect((await stat(file)).size).toBeLessThan(before / 2);
    expect((await book.page(17_900, 1_000)).records).toHaveLength(100);
    expect((await book.page(0, 1_000)).records[0]?.sequence).toBe(17_901);
    for (const open of [book, undefined]) {
      if (!open) {
        await book.close();
        book = await openBook();
      }
      expect(book.used('chain-1', 'total', july).requests).toBe(6);
      expect(book.used('chain-2999', 'month', july).requests).toBe(6);
      // Removed and acknowledged: nobody asks for it again.
      expect(book.used('chain-7', 'total', july).requests).toBe(0);
    }
    add(book, 'chain-1', 1, 0);
    await book.flush();
    expect((await book.page(18_000, 10)).records).toMatchObject([{ sequence: 18_001, chain: 'chain-1' }]);
    await book.close();
  });

  it('keeps the month’s count when older records are replayed on top of a checkpoint', async () => {
    let book = await openBook(july);
    const chains = Array.from({ length: 3_000 }, (_, index) => `chain-${index}`);
    for (let round = 0; round < 6; round++) {
      for (const chain of chains) add(book, chain, 1, 0);
      await book.flush();
    }
    add(book, 'chain-1', 1, 0);
    await book.flush();
    await book.close();
    book = await openBook(august);
    add(book, 'chain-1', 5, 0, august);
    await book.flush();
    // The last of July stays, August's too: both are replayed on the next open.
    await book.acknowledge(18_000, () => true);
    await book.close();
    book = await openBook(august);
    expect(book.used('chain-1', 'month', august).requests).toBe(5);
    expect(book.used('chain-1', 'total', august).requests).toBe(12);
    await book.close();
  });

  it.each([
    ['a record', { sequence: 1, atMs: july, chain: 'No sub-chain', requests: 1, transactions: 0 }],
    ['a checkpoint', { checkpoint: { sequence: 1, totals: { 'No sub-chain': { requests: 1, transactions: 0, monthStartMs: 0, monthRequests: 1, monthTransactions: 0 } } } }],
  ])('opens no file with %s of what cannot be the name of a sub-chain, and says what to do: the portal would take no page with it', async (_what, record) => {
    const journal = await RecordJournal.open(file, () => undefined);
    await journal.append([record]);
    await journal.close();
    await expect(openBook()).rejects.toThrow(/meters holds what is no count of a sub-chain.*put back a copy/);
  });

  it('loses at most 5 s of counts on kill -9 and counts nothing twice', async () => {
    const script = path.join(directory, 'count.mts');
    await writeFile(
      script,
      `import { MeterBook } from ${JSON.stringify(path.resolve(import.meta.dirname, 'meter-book.ts'))};
       const book = await MeterBook.open({ file: ${JSON.stringify(file)}, now: Date.now, schedule: (ms, task) => void setTimeout(task, ms), onError: (error) => { throw error; } });
       let counted = 0;
       setInterval(() => { for (let i = 0; i < 10; i++) { book.countRequest('a-1', Date.now()); counted++; } process.stdout.write(Date.now() + ' ' + counted + '\\n'); }, 5);`,
    );
    let total = 0;
    let upperBound = 0;
    for (const lifeMs of [3_400, 600, 3_700]) {
      const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'], cwd: path.resolve(import.meta.dirname, '../..') });
      let output = '';
      child.stdout.on('data', (part: Buffer) => (output += part.toString()));
      while (output === '') await sleep(10);
      await sleep(lifeMs);
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      const lines = output.trimEnd().split('\n').map((line) => line.split(' ').map(Number));
      const [lastMs = 0, lastCount = 0] = lines.at(-1) ?? [];
      const book = await openBook();
      const known = book.used('a-1', 'total', july).requests;
      const records = (await book.page(0, 1_000)).records;
      await book.close();
      const countedBefore = lines.findLast(([atMs = 0]) => atMs <= lastMs - 2_500)?.[1] ?? 0;
      expect(records.reduce((sum, record) => sum + record.requests, 0)).toBe(known);
      expect(known - total).toBeLessThanOrEqual(lastCount + 10);
      expect(known - total).toBeGreaterThanOrEqual(countedBefore);
      // A flush each second, and half as much again for a slow disk: far from the 5 s that are promised.
      if (lifeMs > 2_500) expect(countedBefore).toBeGreaterThan(0);
      total = known;
      upperBound += lastCount + 10;
    }
    expect(total).toBeLessThanOrEqual(upperBound);
  });
});
