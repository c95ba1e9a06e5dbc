import path from 'node:path';
import { z } from 'zod';
import { chainIdPattern, chainIdSchema, meterRecordSchema, type MeterPage, type MeterRecord } from '@/lib/control';
import { RecordJournal } from './record-journal';

export interface MeterBookOptions {
  readonly file: string;
  readonly now: () => number;
  /** Runs `task` once after `delayMs`. The process waits for no such task at its end. */
  readonly schedule: (delayMs: number, task: () => void) => void;
  /** Told when the disk refuses; the counts stay in memory and are tried again. */
  readonly onError: (error: unknown) => void;
}

export interface Used {
  readonly requests: number;
  readonly transactions: number;
}

interface Totals {
  requests: number;
  transactions: number;
  monthStartMs: number;
  monthRequests: number;
  monthTransactions: number;
}

const totalsSchema = z.object({
  requests: z.number(),
  transactions: z.number(),
  monthStartMs: z.number(),
  monthRequests: z.number(),
  monthTransactions: z.number(),
});
const checkpointSchema = z.object({ checkpoint: z.object({ sequence: z.number().int().min(0), totals: z.record(chainIdSchema, totalsSchema) }) });

/** A start reads hundreds of thousands of them when the portal was away: those of this program are told by a look at their name and numbers, others are parsed. */
function parseEntry(record: unknown, file: string): z.infer<typeof checkpointSchema> | MeterRecord {
  if (isMeterRecord(record)) return record;
  const isCheckpoint = typeof record === 'object' && record !== null && 'checkpoint' in record;
  const parsed = (isCheckpoint ? checkpointSchema : meterRecordSchema).safeParse(record);
  if (!parsed.success) throw new Error(`${path.basename(file)} holds what is no count of a sub-chain: put back a copy of it, or join this host anew`, { cause: parsed.error });
  return parsed.data;
}

function isMeterRecord(record: unknown): record is MeterRecord {
  if (typeof record !== 'object' || record === null) return false;
  const { sequence, atMs, chain, requests, transactions } = record as Partial<Record<keyof MeterRecord, unknown>>;
  return isCount(sequence) && sequence > 0 && isCount(atMs) && typeof chain === 'string' && chainIdPattern.test(chain) && isCount(requests) && isCount(transactions);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** A crash loses at most what was counted since the last flush began. */
const flushDelayMs = 1_000;
/** While the portal does not fetch, fewer and larger records: still less than the 5 s that may be lost. */
const backlogDelayMs = 4_000;
const backlogBytes = 64 * 1024 * 1024;
const compactBytesMin = 1024 * 1024;
/** One entry of the index per so many bytes of journal. */
const indexStrideBytes = 64 * 1024;

/**
 * Requests and transactions of each sub-chain, counted at this host's doors. What is counted is flushed as numbered
 * records that never change again: the portal adds up those after the last number it has seen, so that a repeated page
 * or a crash on either side counts nothing twice.
 */
export class MeterBook {
  private readonly totals = new Map<string, Totals>();
  private counted = new Map<string, { requests: number; transactions: number }>();
  /** Records with a number that are not durable yet, because the disk refused: tried again before newer ones. */
  private unwritten: MeterRecord[] = [];
  private sequence = 0;
  private durableSequence = 0;
  private acknowledgedSequence = 0;
  private index: { sequence: number; offset: number }[] = [];
  private armed = false;
  private flushing: Promise<void> = Promise.resolve();
  private month = { startMs: 0, endMs: 0 };
  private journal!: RecordJournal;

  private constructor(private readonly options: MeterBookOptions) {}

  static async open(options: MeterBookOptions): Promise<MeterBook> {
    const book = new MeterBook(options);
    book.journal = await RecordJournal.open(options.file, (record, offset) => book.replay(record, offset));
    book.durableSequence = book.sequence;
    return book;
  }

  countRequest(chain: string, nowMs: number): void {
    this.count(chain, nowMs, 1, 0);
  }

  countTransaction(chain: string, nowMs: number): void {
    this.count(chain, nowMs, 0, 1);
  }

  /** Counted since the sub-chain began, or since the month (UTC) began; survives restarts and acknowledgement. */
  used(chain: string, period: 'total' | 'month', nowMs: number): Used {
    const totals = this.totals.get(chain);
    if (!totals) return { requests: 0, transactions: 0 };
    if (period === 'total') return { requests: totals.requests, transactions: totals.transactions };
    if (totals.monthStartMs !== this.monthStart(nowMs)) return { requests: 0, transactions: 0 };
    return { requests: totals.monthRequests, transactions: totals.monthTransactions };
  }

  /** Writes what was counted; rejects never: a disk that refuses is told to `onError` and tried again. */
  flush(): Promise<void> {
    this.flushing = this.flushing.then(() => this.flushOnce());
    return this.flushing;
  }

  /** Durable records with a number above `after`, at most `limit`. */
  async page(after: number, limit: number): Promise<MeterPage> {
    await this.flushing;
    const records: MeterRecord[] = [];
    let start = 0;
    for (const entry of this.index) {
      if (entry.sequence > after + 1) break;
      start = entry.offset;
    }
    await this.journal.read(start, (record) => {
      const entry = parseEntry(record, this.options.file);
      if ('sequence' in entry && entry.sequence > after) records.push(entry);
      return records.length < limit;
    });
    return { records, lastSequence: this.durableSequence };
  }

  /** Records up to this number may be forgotten; the file shrinks once that frees half of it. */
  acknowledge(upTo: number, keepsChain: (chain: string) => boolean): Promise<void> {
    this.acknowledgedSequence = Math.max(this.acknowledgedSequence, Math.min(upTo, this.durableSequence));
    this.flushing = this.flushing.then(async () => {
      try {
        await this.compact(keepsChain);
      } catch (error) {
        this.options.onError(error);
      }
    });
    return this.flushing;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.journal.close();
  }

  private count(chain: string, nowMs: number, requests: number, transactions: number): void {
    this.addToTotals(chain, nowMs, requests, transactions);
    const counted = this.counted.get(chain);
    if (counted) {
      counted.requests += requests;
      counted.transactions += transactions;
    } else {
      this.counted.set(chain, { requests, transactions });
    }
    this.arm();
  }

  private addToTotals(chain: string, atMs: number, requests: number, transactions: number): void {
    const monthStartMs = this.monthStart(atMs);
    let totals = this.totals.get(chain);
    if (!totals) {
      totals = { requests: 0, transactions: 0, monthStartMs, monthRequests: 0, monthTransactions: 0 };
      this.totals.set(chain, totals);
    }
    totals.requests += requests;
    totals.transactions += transactions;
    // A kept record of an earlier month, replayed on top of a checkpoint, leaves the newer month alone.
    if (monthStartMs < totals.monthStartMs) return;
    if (monthStartMs > totals.monthStartMs) Object.assign(totals, { monthStartMs, monthRequests: 0, monthTransactions: 0 });
    totals.monthRequests += requests;
    totals.monthTransactions += transactions;
  }

  private monthStart(atMs: number): number {
    if (atMs < this.month.startMs || atMs >= this.month.endMs) {
      const date = new Date(atMs);
      this.month = {
        startMs: Date.UTC(date.getUTCFullYear(), date.getUTCMonth()),
        endMs: Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1),
      };
    }
    return this.month.startMs;
  }

  private arm(): void {
    if (this.armed) return;
    this.armed = true;
    this.options.schedule(this.journal.sizeBytes > backlogBytes ? backlogDelayMs : flushDelayMs, () => {
      this.armed = false;
      void this.flush();
    });
  }

  private async flushOnce(): Promise<void> {
    const atMs = this.options.now();
    const counted = this.counted;
    this.counted = new Map();
    for (const [chain, { requests, transactions }] of counted) {
      this.unwritten.push({ sequence: ++this.sequence, atMs, chain, requests, transactions });
    }
    if (this.unwritten.length === 0) return;
    const records = this.unwritten;
    const offset = this.journal.sizeBytes;
    try {
      await this.journal.append(records);
    } catch (error) {
      this.options.onError(error);
      this.arm();
      return;
    }
    this.unwritten = [];
    this.addToIndex(records[0]?.sequence ?? 0, offset);
    this.durableSequence = this.sequence;
  }

  private async compact(keepsChain: (chain: string) => boolean): Promise<void> {
    const boundary = await this.offsetAfter(this.acknowledgedSequence);
    if (boundary < compactBytesMin || boundary < this.journal.sizeBytes / 2) return;
    const kept: MeterRecord[] = [];
    await this.journal.read(boundary, (record) => {
      const entry = parseEntry(record, this.options.file);
      if ('sequence' in entry && entry.sequence > this.acknowledgedSequence) kept.push(entry);
      return true;
    });
    // Totals of the checkpoint are those before the kept records, which are added again on each open.
    const after = new Set(kept.map((record) => record.chain));
    const totals = Object.fromEntries([...this.totals].filter(([chain]) => keepsChain(chain) || after.has(chain)).map(([chain, value]) => [chain, { ...value }]));
    const open = [...kept, ...this.unwritten, ...Array.from(this.counted, ([chain, counts]) => ({ chain, atMs: this.options.now(), ...counts }))];
    for (const record of open) {
      const value = totals[record.chain];
      if (!value) continue;
      value.requests -= record.requests;
      value.transactions -= record.transactions;
      if (this.monthStart(record.atMs) !== value.monthStartMs) continue;
      value.monthRequests -= record.requests;
      value.monthTransactions -= record.transactions;
    }
    const forgotten = [...this.totals.keys()].filter((chain) => !(chain in totals));
    await this.journal.rewrite(() => [{ checkpoint: { sequence: this.acknowledgedSequence, totals } }, ...kept]);
    for (const chain of forgotten) this.totals.delete(chain);
    this.index = [];
    await this.journal.read(0, (record, offset) => {
      const entry = parseEntry(record, this.options.file);
      if ('sequence' in entry) this.addToIndex(entry.sequence, offset);
      return true;
    });
  }

  /** Where the first line begins that holds a record above this number. */
  private async offsetAfter(sequence: number): Promise<number> {
    let start = 0;
    for (const entry of this.index) if (entry.sequence <= sequence) start = entry.offset;
    let found = this.journal.sizeBytes;
    await this.journal.read(start, (record, offset) => {
      const entry = parseEntry(record, this.options.file);
      if (!('sequence' in entry) || entry.sequence <= sequence) return true;
      found = offset;
      return false;
    });
    return found;
  }

  private addToIndex(sequence: number, offset: number): void {
    const last = this.index.at(-1);
    if (last && offset - last.offset < indexStrideBytes) return;
    this.index.push({ sequence, offset });
  }

  private replay(record: unknown, offset: number): void {
    const entry = parseEntry(record, this.options.file);
    if ('checkpoint' in entry) {
      this.sequence = entry.checkpoint.sequence;
      this.acknowledgedSequence = entry.checkpoint.sequence;
      for (const [chain, totals] of Object.entries(entry.checkpoint.totals)) this.totals.set(chain, totals);
      return;
    }
    this.sequence = entry.sequence;
    this.addToTotals(entry.chain, entry.atMs, entry.requests, entry.transactions);
    this.addToIndex(entry.sequence, offset);
  }
}
