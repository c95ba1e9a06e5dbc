import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordJournal } from './record-journal';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'record-journal-'));
  file = path.join(directory, 'journal');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function load(): Promise<{ journal: RecordJournal; records: unknown[] }> {
  const records: unknown[] = [];
  const journal = await RecordJournal.open(file, (record) => records.push(record));
  return { journal, records };
}

async function contents(): Promise<unknown[]> {
  const { journal, records } = await load();
  await journal.close();
  return records;
}

describe('RecordJournal', () => {
  it('gives every record back in order after a restart, with secrets readable by the owner only', async () => {
    const { journal } = await load();
    const all = Array.from({ length: 500 }, (_, index) => ({ index, text: 'ü\n"'.repeat(index % 7) }));
    await Promise.all(all.map((record) => journal.append([record])));
    await journal.close();
    expect(await contents()).toEqual(all);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('shares one line, hence one sync, between appends that come together', async () => {
    const { journal } = await load();
    await Promise.all(Array.from({ length: 100 }, (_, index) => journal.append([index])));
    await journal.close();
    expect((await readFile(file, 'utf8')).trimEnd().split('\n')).toHaveLength(1);
  });

  it('keeps what it was given, not what the caller changed afterwards', async () => {
    const { journal } = await load();
    const record = { value: 1 };
    const done = journal.append([record]);
    record.value = 2;
    await done;
    await journal.close();
    expect(await contents()).toEqual([{ value: 1 }]);
  });

  it('cuts a torn last line at every possible byte and goes on from there', async () => {
    const { journal } = await load();
    await journal.append([{ a: 1 }]);
    const before = journal.sizeBytes;
    await journal.append([{ b: 2 }, { c: 3 }]);
    const after = journal.sizeBytes;
    await journal.close();
    const whole = await readFile(file);
    for (let cut = before; cut < after; cut++) {
      await writeFile(file, whole.subarray(0, cut));
      const reopened = await load();
      expect(reopened.records).toEqual([{ a: 1 }]);
      await reopened.journal.append(['next']);
      await reopened.journal.close();
      expect(await contents()).toEqual([{ a: 1 }, 'next']);
    }
  });

  it('cuts a last line whose pages came to the disk in another order', async () => {
    const { journal } = await load();
    await journal.append([{ a: 1 }]);
    const before = journal.sizeBytes;
    await journal.append(Array.from({ length: 2_000 }, (_, index) => index));
    await journal.close();
    const whole = await readFile(file);
    whole.fill(0, before, before + 4_096);
    await writeFile(file, whole);
    expect(await contents()).toEqual([{ a: 1 }]);
  });

  it('refuses a file that was changed in the middle instead of forgetting what follows', async () => {
    const { journal } = await load();
    for (const record of ['one', 'two', 'three']) await journal.append([record]);
    await journal.close();
    const whole = await readFile(file);
    whole[12] = 0x58;
    await writeFile(file, whole);
    await expect(load()).rejects.toThrow(/damaged at byte 0/);
  });

  it('refuses a file whose tail is one endless line', async () => {
    await appendFile(file, Buffer.alloc(9 * 1024 * 1024, 0x61));
    await expect(load()).rejects.toThrow(/damaged/);
  });

  it('loses nothing that was appended while its content is being replaced, though callers note it only once durable', async () => {
    const { journal } = await load();
    const known = new Set<number>();
    const add = async (value: number) => {
      await journal.append([value]);
      known.add(value);
    };
    const work: Promise<void>[] = [];
    for (let value = 0; value < 300; value++) {
      work.push(add(value));
      if (value % 25 === 7) work.push(journal.rewrite(() => [...known]));
      if (value % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(work);
    await journal.close();
    expect(new Set(await contents())).toEqual(known);
    expect(known.size).toBe(300);
  });

  it('reads on from the offset of a line and stops when told', async () => {
    const { journal } = await load();
    await journal.append(['a']);
    const offset = journal.sizeBytes;
    await journal.append(['b', 'c']);
    await journal.append(['d']);
    const seen: unknown[] = [];
    await journal.read(offset, (record) => seen.push(record) < 2);
    expect(seen).toEqual(['b', 'c']);
    await journal.close();
  });

  it('takes nothing after it was closed', async () => {
    const { journal } = await load();
    await journal.close();
    await expect(journal.append(['late'])).rejects.toThrow(/closed/);
  });

  it('finds an emptied file empty', async () => {
    const { journal } = await load();
    await journal.append(['a']);
    await journal.close();
    await truncate(file, 0);
    expect(await contents()).toEqual([]);
  });
});
