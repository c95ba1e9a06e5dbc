import { z } from 'zod';

/**
 * How the blocks of a sub-chain become final, as portal and city nodes name it. Browser-safe.
 * `solo`: one peer orders, no fault tolerance. `crash`: a majority of the peers signs each block; peers may stop, not
 * lie. `byzantine`: more than two thirds sign; up to a third, less one, may do anything.
 */
export const finalityModes = ['solo', 'crash', 'byzantine'] as const;
export const finalitySchema = z.enum(finalityModes);
export type Finality = z.infer<typeof finalitySchema>;

/** Peers that a mode needs. */
export const peersMinOf = { solo: 1, crash: 3, byzantine: 4 } as const satisfies Record<Finality, number>;

/** True when a sub-chain with that many peers can have the mode. */
export function isFinalityPossible(finality: Finality, peers: number): boolean {
  return peers >= peersMinOf[finality];
}

/** Peers whose signature counts for finality: the ordering one alone, or all. */
export function validatorsOf(finality: Finality, peers: number): number {
  return finality === 'solo' ? 1 : peers;
}

/** Signatures that make a block final. */
export function quorumOf(finality: Finality, peers: number): number {
  if (finality === 'solo') return 1;
  return finality === 'crash' ? Math.floor(peers / 2) + 1 : Math.floor((2 * peers) / 3) + 1;
}

/** Peers that may be faulty while blocks go on and stay right: stopped ones; with `byzantine` also lying ones. */
export function faultsToleratedOf(finality: Finality, peers: number): number {
  if (finality === 'solo') return 0;
  return Math.floor((peers - 1) / (finality === 'crash' ? 2 : 3));
}
