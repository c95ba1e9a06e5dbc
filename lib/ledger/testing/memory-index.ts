import type { StateRange } from '../core/storage';
import type { Random } from './random';
import { MemoryState } from '../storage/memory/memory-state';
import { keyName, SortedMap } from '../storage/sorted-map';
import type { IndexHome, IndexPort } from '../storage/disk/index-port';

/** An index in memory that remembers its transactions, so that a test can delay one or take a power cut. */
export interface MemoryIndex extends IndexPort {
  /** Transactions applied. */
  readonly applied: number;
  /** Keys inside. */
  readonly size: number;
  /** From now on transactions wait. */
  hold(): void;
  letGo(): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
  /** What a power cut leaves: everything applied, and what was under way wholly or not at all. Later calls never resolve. */
  cut(keepUnderWay: boolean): MemoryIndex;
  /** A bit of some entry's value is another from now on. */
  rot(random: Random): void;
}

type Transaction = SortedMap<Uint8Array | undefined>;

export function createMemoryIndex(history: readonly Transaction[] = []): MemoryIndex {
  const state = new MemoryState();
  const keys = new Set<string>();
  const done: Transaction[] = [];
  const commit = (transaction: Transaction): void => {
    state.apply(transaction);
    done.push(transaction);
    for (const [name, value] of transaction.entries()) {
      if (value === undefined) keys.delete(name);
      else keys.add(name);
    }
  };
  for (const transaction of history) commit(transaction);
  let gate: Promise<void> = Promise.resolve();
  let open: () => void = () => undefined;
  let underWay: Transaction | undefined;
  let isCut = false;
  let last: Promise<void> = Promise.resolve();
  return {
    get applied() {
      return done.length - history.length;
    },
    get size() {
      return keys.size;
    },
    get: (key) => state.get(key),
    range: (range: StateRange) => state.range(range),
    apply: (changes) => {
      const transaction: Transaction = new SortedMap();
      for (const [key, value] of changes) transaction.set(keyName(key), value === undefined ? undefined : Buffer.from(value));
      underWay = transaction;
      last = gate.then(async () => {
        // Several turns, as a disk takes: a cut may come in between.
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
        if (isCut) await new Promise<never>(() => undefined);
        commit(transaction);
        underWay = undefined;
      });
      return last;
    },
    hold: () => {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    letGo: () => open(),
    settled: async () => {
      await last;
      // Whoever awaited the transaction goes on first.
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    },
    cut: (keepUnderWay) => {
      isCut = true;
      return createMemoryIndex(keepUnderWay && underWay !== undefined ? [...done, underWay] : done);
    },
    rot: (random) => {
      if (keys.size === 0) return;
      const key = Buffer.from(random.pick([...keys]), 'latin1');
      const value = Buffer.from(state.get(key) ?? []);
      const at = random.below(value.length);
      value[at] = (value[at] ?? 0) ^ (1 << random.below(8));
      const change: Transaction = new SortedMap();
      change.set(keyName(key), value);
      commit(change);
    },
    snapshot: () => {
      const then = new MemoryState();
      for (const transaction of done) then.apply(transaction);
      return { get: (key) => then.get(key), range: (range) => then.range(range), release: () => undefined };
    },
    relax: async () => true,
    close: async () => undefined,
  };
}

/** The home of an index that a test holds: set aside, it is followed by an empty one. */
export function memoryIndexHome(index: IndexPort): IndexHome & { readonly current: IndexPort; readonly aside: IndexPort | undefined } {
  let current = index;
  let aside: IndexPort | undefined;
  return {
    path: '/index',
    get current() {
      return current;
    },
    get aside() {
      return aside;
    },
    asidePath: '/index.aside',
    open: async () => current,
    opened: () => undefined,
    proven: () => undefined,
    distrust: () => undefined,
    reading: (task) => task(),
    setAside: async () => {
      aside ??= current;
      current = createMemoryIndex();
    },
    discardAside: async () => {
      const isThere = aside !== undefined;
      aside = undefined;
      return isThere;
    },
    closed: () => undefined,
    abandoned: () => undefined,
  };
}
