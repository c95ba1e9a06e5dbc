import { assert } from '@/lib/platform/pure/assert';
import { LedgerError } from '../../core/errors';
import { NOTE_BYTES_MAX, type ChainStorage, type LedgerStorage, type Notes, type StagedChain, type StateEntry, type StateWrite } from '../../core/storage';
import type { ChainId } from '../../core/types';
import { ChainState, toOverlay } from '../chain-state';
import { MemoryState } from './memory-state';

const NO_NOTES: Notes = new Map();

/** A storage that forgets everything when the process ends: for tests, and as the plain meaning of the socket. */
export function createMemoryStorage(): LedgerStorage {
  const chains = new Map<ChainId, MemoryChain>();
  const staged = new Set<ChainId>();
  const counters = { commits: 0, bytesWritten: 0 };
  let isClosed = false;
  const checkOpen = (): void => {
    if (isClosed) throw new LedgerError('closing', {}, 'The storage is closed.');
  };
  const onNote = (bytes: number): void => {
    checkOpen();
    counters.bytesWritten += bytes;
  };
  const onCommit = (bytes: number): void => {
    onNote(bytes);
    counters.commits += 1;
  };
  return {
    chains: () => [...chains.values()].filter((chain) => chain.height >= 0).map(({ chain }) => chain),
    open: (chain) => {
      const found = chains.get(chain);
      return found !== undefined && found.pendingHeight >= 0 ? found : undefined;
    },
    height: (chain) => chains.get(chain)?.height ?? -1,
    firstHeight: (chain) => chains.get(chain)?.firstHeight ?? 0,
    // Memory is all that it has.
    rest: () => undefined,
    create: (chain) => {
      checkOpen();
      const found = chains.get(chain) ?? new MemoryChain(chain, onCommit, onNote);
      chains.set(chain, found);
      return found;
    },
    stage: async (chain) => {
      checkOpen();
      assert(!staged.has(chain), `${chain} is being filled already`);
      const filled = new MemoryChain(chain, onCommit, onNote);
      staged.add(chain);
      return new MemoryStage(filled, {
        install: async () => {
          checkOpen();
          await chains.get(chain)?.settled();
          chains.get(chain)?.end();
          chains.set(chain, filled);
          staged.delete(chain);
        },
        discard: () => void staged.delete(chain),
      });
    },
    remove: async (chain) => {
      checkOpen();
      await chains.get(chain)?.settled();
      chains.delete(chain);
    },
    sizeBytes: (chain) => chains.get(chain)?.sizeBytes ?? 0,
    isFull: false,
    memoryBytes: (chain) => chains.get(chain)?.memoryBytes ?? 0,
    damageOf: () => undefined,
    blockOfDamaged: () => undefined,
    verify: async () => {
      checkOpen();
      return [];
    },
    stats: () => ({ syncs: 0, openChains: chains.size, ...counters, diskBytes: 0, deadBytes: 0 }),
    relax: async () => true,
    close: async () => {
      isClosed = true;
      await Promise.all([...chains.values()].map((chain) => chain.settled()));
    },
  };
}

class MemoryChain implements ChainStorage {
  readonly #blocks = new Map<number, Uint8Array>();
  readonly #notes = new Map<string, Uint8Array>();
  readonly #values = new MemoryState();
  readonly #state: ChainState;
  readonly #onCommit: (bytes: number) => void;
  readonly #onNote: (bytes: number) => void;
  #last: Promise<void> = Promise.resolve();
  #blockBytes = 0;
  sizeBytes = 0;
  firstHeight = 0;
  /** Blocks that are on their way back. */
  #fills = 0;

  constructor(
    readonly chain: ChainId,
    onCommit: (bytes: number) => void,
    onNote: (bytes: number) => void,
  ) {
    this.#onCommit = onCommit;
    this.#onNote = onNote;
    this.#state = new ChainState(chain, -1, this.#values);
  }

  get height(): number {
    return this.#state.height;
  }

  get pendingHeight(): number {
    return this.#state.pendingHeight;
  }

  get memoryBytes(): number {
    let bytes = this.#blockBytes + this.#state.memoryBytes;
    for (const [name, value] of this.#notes) bytes += name.length + value.length;
    return bytes;
  }

  get state() {
    return this.#state.durable;
  }

  get pendingState() {
    return this.#state.pending;
  }

  snapshot() {
    return this.#state.snapshot();
  }

  block(height: number): Uint8Array | undefined {
    return height <= this.height ? this.#blocks.get(height) : undefined;
  }

  async pin(height: number) {
    return this.#state.pin(height);
  }

  fillBlock(height: number, block: Uint8Array): Promise<void> {
    assert(height === this.firstHeight - this.#fills - 1, `block ${height} of ${this.chain} is not the next below ${this.firstHeight - this.#fills}`);
    this.#onNote(block.length);
    const copy = Buffer.from(block);
    this.#fills += 1;
    this.#last = this.#last.then(() => {
      this.#fills -= 1;
      this.#keepBlock(height, copy);
      // Genesis is always here.
      this.firstHeight = height === 1 ? 0 : height;
    });
    return this.#last;
  }

  stageState(entries: readonly StateEntry[]): void {
    this.#values.apply(toOverlay(entries));
  }

  stageBlock(height: number, block: Uint8Array): void {
    this.#keepBlock(height, Buffer.from(block));
  }

  beginAt(height: number, notes: Notes): void {
    assert(this.#blocks.has(0) && this.#blocks.has(height), `the blocks 0 and ${height} of ${this.chain} were put`);
    this.firstHeight = height;
    while (this.#blocks.has(this.firstHeight - 1)) this.firstHeight -= 1;
    for (const [name, value] of notes) this.#keepNote(name, checkedNote(value));
    this.#state.begin(height);
  }

  commit(height: number, block: Uint8Array, writes: readonly StateWrite[], notes: Notes = NO_NOTES): Promise<void> {
    const bytes = writes.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), block.length);
    // What may throw comes first: then nothing of the block was taken.
    const noted = [...notes].map(([name, value]) => [name, checkedNote(value)] as const);
    this.#onCommit(bytes);
    this.#state.push(height, writes);
    this.sizeBytes += bytes;
    const copy = Buffer.from(block);
    // A turn later, as a disk would: whoever reads durable state too early must fail here as well.
    this.#last = this.#last.then(() => {
      this.#state.promote(height);
      this.#blocks.set(height, copy);
      this.#blockBytes += copy.length;
      for (const [name, value] of noted) this.#keepNote(name, value);
    });
    return this.#last;
  }

  writeLocal(writes: readonly StateWrite[]): Promise<void> {
    const bytes = writes.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
    this.#onNote(bytes);
    this.#state.pushLocal(writes);
    this.sizeBytes += bytes;
    this.#last = this.#last.then(() => this.#state.promoteLocal());
    return this.#last;
  }

  /** Nothing is ever refused here. */
  restart(): void {}

  async rewriteBlock(height: number, block: Uint8Array): Promise<void> {
    assert(height <= this.height, 'a block is rewritten that is there');
    this.#blocks.set(height, Buffer.from(block));
  }

  note(name: string): Uint8Array | undefined {
    return this.#notes.get(name);
  }

  notes(): ReadonlyMap<string, Uint8Array> {
    return new Map(this.#notes);
  }

  setNote(name: string, value: Uint8Array | undefined): Promise<void> {
    return this.setNotes(new Map([[name, value]]));
  }

  setNotes(notes: Notes): Promise<void> {
    const noted = [...notes].map(([name, value]) => [name, checkedNote(value)] as const);
    assert(this.pendingHeight >= 0, 'a note needs a genesis block');
    this.#onNote(noted.reduce((sum, [, value]) => sum + (value?.length ?? 0), 0));
    this.#last = this.#last.then(() => {
      for (const [name, value] of noted) this.#keepNote(name, value);
    });
    return this.#last;
  }

  /** Another chain has its name: who still looks at this one's state is told so. */
  end(): void {
    this.#state.end();
  }

  settled(): Promise<void> {
    return this.#last;
  }

  #keepBlock(height: number, block: Uint8Array): void {
    this.sizeBytes += block.length;
    this.#blockBytes += block.length;
    this.#blocks.set(height, block);
  }

  #keepNote(name: string, value: Uint8Array | undefined): void {
    if (value === undefined) this.#notes.delete(name);
    else this.#notes.set(name, value);
  }
}

class MemoryStage implements StagedChain {
  readonly #filled: MemoryChain;
  readonly #home: { install(): Promise<void>; discard(): void };
  #isOver = false;

  constructor(filled: MemoryChain, home: { install(): Promise<void>; discard(): void }) {
    this.#filled = filled;
    this.#home = home;
  }

  get chain(): ChainId {
    return this.#filled.chain;
  }

  async putState(entries: readonly StateEntry[]): Promise<void> {
    this.#checkOpen();
    this.#filled.stageState(entries);
  }

  async putBlock(height: number, block: Uint8Array): Promise<void> {
    this.#checkOpen();
    this.#filled.stageBlock(height, block);
  }

  async install({ height, notes }: { readonly height: number; readonly notes: Notes }): Promise<ChainStorage> {
    this.#checkOpen();
    this.#filled.beginAt(height, notes);
    this.#isOver = true;
    await this.#home.install();
    return this.#filled;
  }

  async discard(): Promise<void> {
    if (!this.#isOver) this.#home.discard();
    this.#isOver = true;
  }

  #checkOpen(): void {
    assert(!this.#isOver, `what was staged of ${this.chain} is installed or gone`);
  }
}

/** A copy: the caller's buffer may be reused. */
function checkedNote(value: Uint8Array | undefined): Uint8Array | undefined {
  assert((value?.length ?? 0) <= NOTE_BYTES_MAX, `a note has at most ${NOTE_BYTES_MAX} bytes`);
  return value === undefined ? undefined : Buffer.from(value);
}
