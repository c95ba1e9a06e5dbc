import { finalityModes, isFinalityPossible, peersMinOf, type Finality } from '@/lib/control/client';

/** Fields of a draft that decide the mode. */
interface Choice {
  /** Null: the publisher has not chosen; the number of city nodes decides. */
  finality: Finality | null;
  cityNodes: readonly unknown[];
}

/**
 * The strongest mode that this many city nodes can have. Who takes more than one place wants the ledger to go on
 * without one of them, and who is not told otherwise expects that a lying one does no harm either.
 */
export function recommendedFinality(cityNodes: number): Finality {
  return finalityModes.findLast((mode) => isFinalityPossible(mode, cityNodes)) ?? 'solo';
}

/** The mode that a draft has as it stands: chosen, or following the number of its city nodes. */
export function finalityOfDraft({ finality, cityNodes }: Choice): Finality {
  return finality ?? recommendedFinality(cityNodes.length);
}

/** What is wrong with the chosen mode, and the two ways out; undefined when nothing is. */
export function findFinalityFault({ finality, cityNodes }: Choice): string | undefined {
  if (finality === null || cityNodes.length === 0 || isFinalityPossible(finality, cityNodes.length)) return undefined;
  const count = cityNodes.length === 1 ? '1 is chosen' : `${cityNodes.length} are chosen`;
  return `${names[finality]} needs ${peersMinOf[finality]} city nodes, ${count}. Add city nodes or choose another finality mode.`;
}

const names = { solo: 'Solo', crash: 'Crash-tolerant', byzantine: 'Byzantine-tolerant' } as const satisfies Record<Finality, string>;
