import type { Random } from '../random';
import type { StateWrite } from '../../core/storage';
import type { ChainEntry } from './chain-entry';

/** What a peer finds again after a restart. */
export interface Kept {
  readonly blocks: ChainEntry[];
  /** What blocks changed, and what the peer kept for itself between them, in order. */
  readonly changes: KeptChange[];
  record: Uint8Array | undefined;
  block: Uint8Array | undefined;
  abstain: number | 'unknown' | undefined;
  approved: Uint8Array | undefined;
}

export interface KeptChange {
  /** Of the block, or of the last one before. */
  readonly height: number;
  readonly writes: readonly StateWrite[];
}

export type Write =
  | { readonly kind: 'block'; readonly entry: ChainEntry; readonly changes: readonly StateWrite[] }
  | { readonly kind: 'own'; readonly change: KeptChange }
  | { readonly kind: 'record'; readonly record: Uint8Array; readonly block: Uint8Array | undefined }
  | { readonly kind: 'abstain'; readonly through: number }
  | { readonly kind: 'approved'; readonly rules: Uint8Array | undefined };

export interface DiskPorts {
  readonly later: (delayMs: number, run: () => void) => void;
  readonly syncMs: () => number;
  readonly onSynced: (writes: readonly Write[]) => void;
}

/**
 * One log: what was written is durable when a sync that began after it has ended, and never before what was written
 * earlier. One sync at a time, as long as the machine's disk takes. A crash keeps some beginning of what was not synced.
 */
export class Disk {
  kept: Kept = emptyDisk();
  /** Writes that are durable, counted from the first. */
  synced = 0;
  #pending: Write[] = [];
  #generation = 0;
  #isSyncing = false;
  readonly #ports: DiskPorts;

  constructor(ports: DiskPorts) {
    this.#ports = ports;
  }

  /** Gives the write's number: durable once `synced` has come to it. */
  write(write: Write): number {
    this.#pending.push(write);
    const number = this.synced + this.#pending.length;
    this.#sync();
    return number;
  }

  /** What is kept and what was written, as a process that has not crashed sees it. */
  latest(): Kept {
    const view = { ...this.kept };
    for (const write of this.#pending) if (write.kind !== 'block' && write.kind !== 'own') apply(view, write);
    return view;
  }

  /** Gives what became durable with it. */
  crash(random: Random): readonly Write[] {
    const survived = this.#pending.slice(0, random.below(this.#pending.length + 1));
    for (const write of survived) apply(this.kept, write);
    this.#forgetPending(survived.length);
    return survived;
  }

  /** The disk is another one: at most an old copy of the blocks is left, and nothing of what was signed. */
  lose(blocksKept: number): void {
    const { blocks, changes, approved } = this.kept;
    this.kept = { ...emptyDisk(), blocks: blocks.slice(0, blocksKept), changes: changes.filter(({ height }) => height <= blocksKept), abstain: 'unknown', approved: blocksKept > 0 ? approved : undefined };
    this.#forgetPending(0);
  }

  #forgetPending(survived: number): void {
    this.synced += survived;
    this.#pending = [];
    this.#generation += 1;
    this.#isSyncing = false;
  }

  #sync(): void {
    if (this.#isSyncing || this.#pending.length === 0) return;
    this.#isSyncing = true;
    const generation = this.#generation;
    const count = this.#pending.length;
    this.#ports.later(this.#ports.syncMs(), () => {
      if (generation !== this.#generation) return;
      const writes = this.#pending.splice(0, count);
      for (const write of writes) apply(this.kept, write);
      this.synced += count;
      this.#isSyncing = false;
      this.#sync();
      this.#ports.onSynced(writes);
    });
  }
}

export function emptyDisk(): Kept {
  return { blocks: [], changes: [], record: undefined, block: undefined, abstain: undefined, approved: undefined };
}

function apply(kept: Kept, write: Write): void {
  switch (write.kind) {
    case 'block':
      kept.blocks.push(write.entry);
      kept.changes.push({ height: write.entry.height, writes: write.changes });
      break;
    case 'own':
      kept.changes.push(write.change);
      break;
    case 'record':
      kept.record = write.record;
      if (write.block !== undefined) kept.block = write.block;
      break;
    case 'abstain':
      kept.abstain = write.through;
      break;
    case 'approved':
      kept.approved = write.rules;
  }
}
