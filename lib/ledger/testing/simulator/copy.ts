import type { StateWrite } from '../../core/storage';
import type { Packet } from './network';
import type { ChainEntry, Tip } from './chain-entry';
import type { Peer } from './peer';
import { execute } from './tiny-block';

/** A block as a framework sees it. */
export interface BlockToExecute {
  readonly height: number;
  readonly timeMs: number;
  readonly engineVersion: number;
  /** What the block before it came to. */
  readonly before: number;
  readonly transactions: readonly number[];
}

/** What came of a block at one peer. */
export interface Executed {
  /** Those of the block; while it is built, without what cannot be in it. */
  readonly transactions: readonly number[];
  /** What every peer must come to alike, as one number. */
  readonly state: number;
  /** Asked when the block is committed: what the peer's disk keeps with it. */
  readonly changes: () => readonly StateWrite[];
}

/** What one life of a peer has of the chain, as the framework sees it. */
export interface Copy {
  /** Whether a transaction may wait for a block. */
  admits(id: number): boolean;
  /** On top of the last block. Undefined: something is in it that may not be there. */
  execute(block: BlockToExecute, isBuilding: boolean): Executed | undefined;
  /** The next block is committed; it is executed on from now, and read once it is durable. */
  push(height: number, changes: readonly StateWrite[]): void;
  /** The oldest of what was committed or kept is durable. */
  promote(): void;
}

export type Offer = (machine: Peer, id: number, isOwed: boolean) => void;

/** What transactions mean, and who makes them. Its ids are numbers; what they stand for is the framework's own. */
export interface SimulatedFramework {
  /** What a peer finds on its disk. Asked at the start of each life. */
  open(peer: Peer): Copy;
  /** A client acts. `offer` hands a transaction to a peer, now or later; one that is `owed` must come into the chain. */
  act(machines: readonly Peer[], offer: Offer): void;
  /** Transactions that a Byzantine proposer puts into a block which others may find good. */
  drawForLiars(): readonly number[];
  /** What a block with these transactions comes to on a tip that the chain has or had. */
  foresee(tip: Tip, transactions: readonly number[]): number;
  /** Blocks, or what a peer keeps for itself, became durable there; or it begins a new life. */
  durable(peer: Peer, entries: readonly ChainEntry[]): void;
  /** A packet that is neither of the agreement nor of its driver. */
  receive(peer: Peer, from: number, packet: Packet): void;
  /** The same for a Byzantine peer. */
  receiveAtLiar(peer: number, from: number, packet: Packet): void;
  /** The chain has one more block. */
  final(entry: ChainEntry): void;
  /** True when something goes on as soon as everybody had a turn of the thread. */
  takeBusy(): boolean;
  /** At the very end, when all peers are at rest: whether they are alike and have what they must. */
  judge(peers: readonly Peer[]): void;
  readonly sums: Readonly<Record<string, number>>;
}

/** The framework by default: each transaction leaves its mark on a number. */
export function createCounter(liarDraw: { chance(probability: number): boolean; below(below: number): number }): SimulatedFramework {
  let offered = 0;
  return {
    open: () => counterCopy,
    act: (machines, offer) => {
      if (machines.length === 0) return;
      offered += 1;
      offer(machines[liarDraw.below(machines.length)] as Peer, offered, true);
    },
    drawForLiars: () => (liarDraw.chance(0.5) ? [2 ** 31 + liarDraw.below(2 ** 30)] : []),
    foresee: ({ state, rules }, transactions) => execute(state, rules.engineVersion, transactions),
    durable: () => undefined,
    receive: () => undefined,
    receiveAtLiar: () => undefined,
    final: () => undefined,
    takeBusy: () => false,
    judge: () => undefined,
    sums: {},
  };
}

/** Of a peer that was never up. */
export const CLOSED: Copy = { admits: () => false, execute: () => undefined, push: () => undefined, promote: () => undefined };

const counterCopy: Copy = {
  admits: () => true,
  execute: ({ before, engineVersion, transactions }) => ({ transactions, state: execute(before, engineVersion, transactions), changes: () => [] }),
  push: () => undefined,
  promote: () => undefined,
};
