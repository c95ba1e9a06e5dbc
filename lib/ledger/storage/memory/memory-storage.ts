import { assert } from '@/lib/platform/pure/assert';
import { LedgerError } from '../../core/errors';
import { NOTE_BYTES_MAX, type ChainStorage, type LedgerStorage, type Notes, type StateWrite } from '../../core/storage';
import type { ChainId } from '../../core/types';
import { ChainState } from '../chain-state';
import { MemoryState } from './memory-state';

const NO_NOTES: Notes = new Map();

/** A storage that forgets everything when the process ends: for tests, and as the plain meaning of the socket. */
export function createMemoryStorage(): LedgerStorage {
  const chains = new Map<ChainId, MemoryChain>();
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
    // Memory is all that it has.
    rest: () => undefined,
    create: (chain) => {
      checkOpen();
      const found = chains.get(chain) ?? new MemoryChain(chain, onCommit, onNote);
      chains.set(chain, found);
      return found;
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
    verify: async () => {
      checkOpen();
      return [];
    },
    stats: () => ({ syncs: 0, openChains: chains.size, ...counters, diskBytes: 0, deadBytes: 0 }),
    close: async () => {
      isClosed = true;
      await Promise.all([...chains.values()].map((chain) => chain.settled()));
    },
  };
}

class MemoryChain implements ChainStorage {
  readonly #blocks: Uint8Array[] = [];
  readonly #notes = new Map<string, Uint8Array>();
  readonly #state: ChainState;
  readonly #onCommit: (bytes: number) => void;
  readonly #onNote: (bytes: number) => void;
  #last: Promise<void> = Promise.resolve();
  #blockBytes = 0;
  sizeBytes = 0;

  constructor(
    readonly chain: ChainId,
    onCommit: (bytes: number) => void,
    onNote: (bytes: number) => void,
  ) {
    this.#onCommit = onCommit;
    this.#onNote = onNote;
    this.#state = new ChainState(chain, -1, new MemoryState());
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
    return height <= this.height ? this.#blocks[height] : undefined;
  }

  commit(height: number, block: Uint8Array, writes: readonly StateWrite[], notes: Notes = NO_NOTES): Promise<void> {
    const bytes = writes.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), block.length);
    this.#onCommit(bytes);
    this.#state.push(height, writes);
    this.sizeBytes += bytes;
    const copy = Buffer.from(block);
    // A turn later, as a disk would: whoever reads durable state too early must fail here as well.
    const noted = [...notes].map(([name, value]) => [name, checkedNote(value)] as const);
    this.#last = this.#last.then(() => {
      this.#blocks.push(copy);
      this.#blockBytes += copy.length;
      this.#state.promote(height);
      for (const [name, value] of noted) this.#keepNote(name, value);
    });
    return this.#last;
  }

  /** Nothing is ever refused here. */
  restart(): void {}

  async rewriteBlock(height: number, block: Uint8Array): Promise<void> {
    assert(height <= this.height, 'a block is rewritten that is there');
    this.#blocks[height] = Buffer.from(block);
  }

  note(name: string): Uint8Array | undefined {
    return this.#notes.get(name);
  }

  setNote(name: string, value: Uint8Array | undefined): Promise<void> {
    return this.setNotes(new Map([[name, value]]));
  }

  setNotes(notes: Notes): Promise<void> {
    const noted = [...notes].map(([name, value]) => [name, checkedNote(value)] as const);
    this.#onNote(noted.reduce((sum, [, value]) => sum + (value?.length ?? 0), 0));
    assert(this.pendingHeight >= 0, 'a note needs a genesis block');
    this.#last = this.#last.then(() => {
      for (const [name, value] of noted) this.#keepNote(name, value);
    });
    return this.#last;
  }

  settled(): Promise<void> {
    return this.#last;
  }

  #keepNote(name: string, value: Uint8Array | undefined): void {
    if (value === undefined) this.#notes.delete(name);
    else this.#notes.set(name, value);
  }
}

/** A copy: the caller's buffer may be reused. */
function checkedNote(value: Uint8Array | undefined): Uint8Array | undefined {
  assert((value?.length ?? 0) <= NOTE_BYTES_MAX, `a note has at most ${NOTE_BYTES_MAX} bytes`);
  return value === undefined ? undefined : Buffer.from(value);
}
