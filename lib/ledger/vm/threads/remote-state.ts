import { receiveMessageOnPort } from 'node:worker_threads';
import { assert } from '@/lib/platform/pure/assert';
import type { StateEntry, StateRange, StateReader } from '../../core/storage';
import { READ_KEYS_MAX, READS_ANSWERED, type KnownEntry, type ReadAnswer, type ReadRequest, type ThreadData } from './protocol';

/** Values up to this size are remembered whoever asked for them: an interpreter keeps its own larger ones. */
const SMALL_BYTES = 128;

/** The job is over on the main side; nobody waits for what comes of it. */
export class JobGoneError extends Error {
  override readonly name = 'JobGoneError';
}

/** Asks the main side and sleeps until it answers: execution reads state in the middle of an instruction. */
export class ReadLink {
  readonly #port: ThreadData['reads'];
  readonly #counters: Int32Array;
  readonly #nowMs: () => number;
  /** Time spent asleep so far, in milliseconds. */
  waitedMs = 0;

  constructor({ reads, counters }: Pick<ThreadData, 'reads' | 'counters'>, nowMs: () => number) {
    this.#port = reads;
    this.#counters = new Int32Array(counters);
    this.#nowMs = nowMs;
  }

  /** Throws JobGoneError. */
  isEnough(id: number): boolean {
    const answer = this.ask({ id, enough: true });
    return 'isEnough' in answer && answer.isEnough;
  }

  /** Throws JobGoneError. */
  ask(request: ReadRequest): Exclude<ReadAnswer, { isGone: true }> {
    const answered = Atomics.load(this.#counters, READS_ANSWERED);
    const startedAt = this.#nowMs();
    this.#port.postMessage(request);
    Atomics.wait(this.#counters, READS_ANSWERED, answered);
    this.waitedMs += this.#nowMs() - startedAt;
    const received = receiveMessageOnPort(this.#port) as { message: ReadAnswer } | undefined;
    assert(received !== undefined, 'the answer to a read is there when the thread wakes');
    if ('isGone' in received.message) throw new JobGoneError('the job is over');
    return received.message;
  }
}

/** The state of one job, read from the main side. What came once does not travel again, within {@link SMALL_BYTES}. */
export class RemoteState implements StateReader {
  readonly #id: number;
  readonly #link: ReadLink;
  readonly #known = new Map<string, Uint8Array | undefined>();

  constructor(id: number, link: ReadLink, known: readonly KnownEntry[]) {
    this.#id = id;
    this.#link = link;
    for (const [key, value] of known) this.#known.set(nameOf(key), value);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const name = nameOf(key);
    if (this.#known.has(name)) return this.#known.get(name);
    const [value] = this.#read([key]);
    if (value === undefined || value.length <= SMALL_BYTES) this.#known.set(name, value);
    return value;
  }

  range(range: StateRange): readonly StateEntry[] {
    const answer = this.#link.ask({ id: this.#id, range: { ...range, from: new Uint8Array(range.from), to: new Uint8Array(range.to) } });
    assert('entries' in answer, 'a read of a range brings entries');
    return answer.entries;
  }

  /** Fetches what is not known yet, {@link READ_KEYS_MAX} keys a journey. */
  prefetch(keys: readonly Uint8Array[]): void {
    const wanted = new Map(keys.map((key) => [nameOf(key), key]));
    for (const name of wanted.keys()) if (this.#known.has(name)) wanted.delete(name);
    const entries = [...wanted];
    for (let from = 0; from < entries.length; from += READ_KEYS_MAX) {
      const part = entries.slice(from, from + READ_KEYS_MAX);
      const values = this.#read(part.map(([, key]) => key));
      part.forEach(([name], index) => this.#known.set(name, values[index]));
    }
  }

  #read(keys: readonly Uint8Array[]): readonly (Uint8Array | undefined)[] {
    const answer = this.#link.ask({ id: this.#id, keys: keys.map((key) => new Uint8Array(key)) });
    assert('values' in answer && answer.values.length === keys.length, 'a read brings one value a key');
    return answer.values;
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
