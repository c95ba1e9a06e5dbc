import type { StateWrite } from '../core/storage';
import type { ChainId } from '../core/types';
import type { Random } from './random';

/** Everything a chain was ever given, and how much of it was acknowledged. */
export interface Story {
  readonly blocks: { readonly bytes: string; readonly writes: readonly StateWrite[]; readonly isNoted: boolean }[];
  acknowledged: number;
  /** Changes between two blocks, counted: the state says the last one. */
  own: { handed: number; acknowledged: number };
  note: string | undefined;
  noteAcknowledged: boolean;
  /** Removal was asked for. */
  removing: boolean;
  removed: boolean;
  /** A longer life that is being staged beside this one: after a cut it may have been installed. */
  staging?: { readonly blocks: Story['blocks']; isInstalling: boolean } | undefined;
  /** Of an installed chain: acknowledged to be the lowest height without a gap up to the last. */
  firstHeight: number;
  isFilling: boolean;
  /** Grows when the disk had no room: what was handed over before counts no more. */
  epoch: number;
  /** Installations that were acknowledged. */
  installed: number;
}

export function freshStory(): Story {
  return { blocks: [], acknowledged: 0, own: freshOwn(), note: undefined, noteAcknowledged: true, removing: false, removed: false, staging: undefined, firstHeight: 0, isFilling: false, epoch: 0, installed: 0 };
}

export function freshOwn(): Story['own'] {
  return { handed: 0, acknowledged: 0 };
}

export function randomBlock(chain: ChainId, at: number, random: Random): Story['blocks'][number] {
  const bytes = `${chain} block ${at} ${'x'.repeat(random.below(random.pick([20, 1_500])))}`;
  const names = new Set(Array.from({ length: random.below(5) }, () => `k${random.below(12)}`));
  const writes = [...names].sort().map((name): StateWrite => (random.chance(0.2) ? { key: Buffer.from(name) } : { key: Buffer.from(name), value: Buffer.from(`${at}`) }));
  return { bytes, writes, isNoted: at > 0 && random.chance(0.3) };
}

/** After the cut every pending promise fails; what matters is found on the disk. */
export function ignoreCut(): void {}
