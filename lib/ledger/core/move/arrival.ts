import { assert } from '@/lib/platform/pure/assert';
import type { ChainStorage, LedgerStorage, StagedChain } from '../storage';
import type { ChainId } from '../types';
import { moveFailed } from './departure';
import type { Commit, MovePiece } from './pieces';

/**
 * Name of the durable note of a ledger that is being brought here and is no peer yet. Whoever reads the directory passes
 * it over.
 */
export const ARRIVING_NOTE = 'arriving';

/** A ledger on its way in. */
export class Arrival {
  readonly #chain: ChainId;
  readonly #storage: LedgerStorage;
  #stage: StagedChain | undefined;
  #filled: ChainStorage | undefined;

  constructor(chain: ChainId, storage: LedgerStorage) {
    this.#chain = chain;
    this.#storage = storage;
  }

  /** The ledger, once its copied part is here. Error `move-failed` before that. */
  get filled(): ChainStorage {
    if (this.#filled === undefined) throw moveFailed(this.#chain, 'blocks come before what they build on');
    return this.#filled;
  }

  async take(piece: MovePiece): Promise<void> {
    if (piece.kind === 'commits') return this.#commit(piece.commits);
    if (this.#filled !== undefined) throw moveFailed(this.#chain, 'its copy comes twice');
    this.#stage ??= await this.#storage.stage(this.#chain);
    switch (piece.kind) {
      case 'state':
        return this.#stage.putState(piece.entries);
      case 'blocks':
        for (const { height, block } of piece.blocks) await this.#stage.putBlock(height, block);
        return;
      case 'copied':
        this.#filled = await this.#stage.install({ height: piece.height, notes: new Map([[ARRIVING_NOTE, Uint8Array.of(1)]]) });
    }
  }

  /** Gives up what is not installed; the rest is removed like any ledger. */
  async end(): Promise<void> {
    await this.#stage?.discard();
  }

  async #commit(commits: readonly Commit[]): Promise<void> {
    const { filled } = this;
    for (const { height } of commits.slice(0, 1)) if (height !== filled.height + 1) throw moveFailed(this.#chain, `block ${height} does not follow ${filled.height}`);
    assert(commits.every(({ height }, at) => height === filled.height + 1 + at), 'blocks of one piece follow one another');
    // Those of one piece share a sync or two.
    await Promise.all(commits.map(({ height, block, writes, notes }) => filled.commit(height, block, writes, notes)));
  }
}
