import { LedgerError } from '../errors';
import { STATE_KEY_BYTES_MAX, type ChainStorage, type StateEntry, type StateSnapshot } from '../storage';
import { height, type ChainId, type Height } from '../types';
import type { Commit, MovePiece } from './pieces';

/** A piece ends with the entry, block or commit that brings it to so many bytes … */
const PIECE_BYTES = 512 * 1024;
/** … or so many parts. */
const PIECE_PARTS_MAX = 512;
const STATE_PAGE = 64;
/** Blocks that came since the copy began are kept until they are asked for; a sub-chain that outruns its copy stays. */
const COMMITS_BYTES_MAX = 64 * 1024 * 1024;
const AFTER_ALL_KEYS: Uint8Array = new Uint8Array(STATE_KEY_BYTES_MAX + 1).fill(0xff);

/** A peer's ledger on its way out: copies it in pieces while it goes on. */
export class Departure {
  /** Everything was said: the peer is closed. */
  hasLeft = false;
  readonly #chain: ChainId;
  /** As it was when the copy began: a ledger that took its place meanwhile is another one. */
  readonly #storage: ChainStorage;
  readonly #pieces: AsyncGenerator<MovePiece, never, void>;
  readonly #commits: Commit[] = [];
  #bytes = 0;
  #fault: string | undefined;

  constructor(storage: ChainStorage) {
    this.#chain = storage.chain;
    this.#storage = storage;
    this.#pieces = this.#copy();
  }

  /** A block was handed to the storage. */
  note(commit: Commit): void {
    if (this.#fault !== undefined) return;
    this.#bytes += bytesOf(commit);
    if (this.#bytes > COMMITS_BYTES_MAX) {
      this.fail('it writes faster than it is copied');
      return;
    }
    this.#commits.push(commit);
  }

  /** Nothing more comes of it. */
  fail(reason: string): void {
    this.#fault ??= reason;
    this.#commits.length = 0;
  }

  /** @param live the peer's storage now */
  async next(live: ChainStorage | undefined): Promise<MovePiece> {
    // A closed one is nobody's any more; whoever looked at it since may have opened it anew.
    if (live !== this.#storage && !this.hasLeft) this.fail('another ledger took its place');
    this.#check();
    const { value } = await this.#pieces.next().catch((error: unknown) => {
      // A generator that threw is at its end: it has no next part.
      this.fail('its copy broke off');
      throw error;
    });
    this.#check();
    return value;
  }

  /** Lets go of what is held. */
  async end(): Promise<void> {
    this.fail('the move was given up');
    // Only a generator that was begun runs its `finally`.
    await this.#pieces.return(undefined as never);
  }

  #check(): void {
    if (this.#fault !== undefined) throw moveFailed(this.#chain, this.#fault);
  }

  async *#copy(): AsyncGenerator<MovePiece, never, void> {
    // From now on each block is noted, and nothing is kept between two; what was handed to the storage before must be in the
    // copied state.
    await this.#settled();
    const at = await this.#copyState();
    yield* at.pieces;
    yield* this.#copyBlocks(at.height);
    yield { kind: 'copied', height: at.height };
    while (this.#commits[0] !== undefined && this.#commits[0].height <= at.height) this.#shift();
    for (;;) yield this.#nextCommits();
  }

  /** All that was handed to the storage is durable then: its writes follow one another. */
  #settled(): Promise<void> {
    return this.#storage.setNotes(new Map());
  }

  async #copyState(): Promise<{ height: Height; pieces: AsyncGenerator<MovePiece, void, void> }> {
    const view = this.#storage.snapshot();
    try {
      const pin = await this.#storage.pin(height(view.height));
      return { height: height(pin.height), pieces: statePieces(pin) };
    } finally {
      view.release();
    }
  }

  *#copyBlocks(last: Height): Generator<MovePiece, void, void> {
    const storage = this.#storage;
    let blocks: { height: Height; block: Uint8Array }[] = [];
    let bytes = 0;
    for (let at = 0; at <= last; at = at === 0 ? Math.max(1, storage.firstHeight) : at + 1) {
      const block = storage.block(height(at));
      if (block === undefined) throw moveFailed(this.#chain, `block ${at} is not here`);
      blocks.push({ height: height(at), block });
      bytes += block.length;
      if (bytes < PIECE_BYTES && blocks.length < PIECE_PARTS_MAX) continue;
      yield { kind: 'blocks', blocks };
      [blocks, bytes] = [[], 0];
    }
    if (blocks.length > 0) yield { kind: 'blocks', blocks };
  }

  #nextCommits(): MovePiece {
    const commits: Commit[] = [];
    let bytes = 0;
    while (commits.length < PIECE_PARTS_MAX && bytes < PIECE_BYTES) {
      const [first] = this.#commits;
      if (first === undefined || first.height > this.#durable) break;
      this.#shift();
      commits.push(first);
      bytes += bytesOf(first);
    }
    return { kind: 'commits', commits, left: this.#commits.filter((commit) => commit.height <= this.#durable).length };
  }

  /** Up to here blocks are durable: all of them once the peer is closed. */
  get #durable(): number {
    return this.hasLeft ? Infinity : this.#storage.height;
  }

  #shift(): void {
    const first = this.#commits.shift();
    if (first !== undefined) this.#bytes -= bytesOf(first);
  }
}

async function* statePieces(pin: StateSnapshot): AsyncGenerator<MovePiece, void, void> {
  try {
    let entries: StateEntry[] = [];
    let bytes = 0;
    for (let from: Uint8Array = new Uint8Array(0), isMore = true; isMore; ) {
      const page = pin.range({ from, to: AFTER_ALL_KEYS, limit: STATE_PAGE });
      entries.push(...page);
      bytes += page.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
      const last = page.at(-1);
      isMore = last !== undefined && page.length === STATE_PAGE;
      if (last !== undefined) from = Buffer.concat([last.key, Uint8Array.of(0)]);
      if (bytes < PIECE_BYTES && isMore) continue;
      if (entries.length > 0) yield { kind: 'state', entries };
      [entries, bytes] = [[], 0];
    }
  } finally {
    pin.release();
  }
}

function bytesOf({ block, writes }: Commit): number {
  return writes.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), block.length);
}

export function moveFailed(chain: ChainId, reason: string, cause?: unknown): LedgerError<'move-failed'> {
  return new LedgerError('move-failed', { chain, reason }, `${chain} cannot be moved: ${reason}.`, { cause });
}
