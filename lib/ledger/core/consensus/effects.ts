import type { Hash } from '../types';
import type { Certificate } from './certificate';
import type { Evidence } from './evidence';

/** How long a step waits in its first round, in milliseconds, and how much longer in each further round. */
export interface Timeouts {
  readonly proposeMs: number;
  readonly voteMs: number;
  readonly growthMs: number;
  readonly waitMsMax: number;
  /** Pause before own messages of an open height are sent again; grows by half each time up to `repeatMsMax`. */
  readonly repeatMs: number;
  readonly repeatMsMax: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = { proposeMs: 600, voteMs: 300, growthMs: 200, waitMsMax: 10_000, repeatMs: 250, repeatMsMax: 3_000 };

export type TimerKind = 'propose' | 'prevote' | 'precommit' | 'repeat';

export interface Timer {
  readonly kind: TimerKind;
  readonly height: number;
  readonly round: number;
}

/** A block and its name, as `built` hands it in and `final` hands it out. */
export interface NamedBlock {
  readonly hash: Hash;
  readonly block: Uint8Array;
}

/**
 * What the state machine wants done, in this order. What is to `persist` must be durable before any later effect of
 * the same or a later list is carried out; `check` and `build` may be carried out at once.
 */
export type Effect =
  /** Keep: replaces what was kept before. `block`: the body of the block that the record speaks of as valid, when it is another one. */
  | { readonly do: 'persist'; readonly record: Uint8Array; readonly block?: Uint8Array }
  /** To one validator (its place), to all others, or to whoever brought the message that this answers. May be lost. */
  | { readonly do: 'send'; readonly to: number | 'all' | 'sender'; readonly message: Uint8Array }
  /** Call `onTimer` once, later. Timers of a height that is over may be dropped. */
  | { readonly do: 'timer'; readonly timer: Timer; readonly delayMs: number }
  /** It is this peer's turn: answer with `built`. */
  | { readonly do: 'build'; readonly height: number; readonly round: number }
  /**
   * Execute the block on top of the head: answer with `checked`. `isCertain`: a quorum stands behind it, so only its
   * execution counts, not this peer's clock nor what its operator approved.
   */
  | { readonly do: 'check'; readonly height: number; readonly hash: Hash; readonly block: Uint8Array; readonly isCertain: boolean }
  /** The block is final: commit it, then call `advance`. Its check said `good`. */
  | { readonly do: 'final'; readonly height: number; readonly hash: Hash; readonly block: Uint8Array; readonly certificate: Certificate }
  /** A quorum made final what this peer finds wrong: stop rather than go on. */
  | { readonly do: 'fault'; readonly height: number; readonly hash: Hash }
  /** Somebody is further, says whoever brought the message: fetch certified blocks, from there first, then call `advance`. */
  | { readonly do: 'behind'; readonly height: number }
  /** A validator signed two things for one place. */
  | { readonly do: 'evidence'; readonly evidence: Evidence }
  /** Own messages went out again: what else others may have missed should too (waiting transactions). Who still wants a block calls `wake` again. */
  | { readonly do: 'remind' }
  /** This peer signs nothing up to that height: durable before it signs anything above. */
  | { readonly do: 'abstain'; readonly through: number };

/**
 * `good`: it may be voted for. `bad`: its execution or its place is wrong, whoever looks. `later`: nothing is wrong with
 * it, but this peer does not want it now (its time is ahead of the clock, its change of the peers was not approved here).
 */
export type Verdict = 'good' | 'bad' | 'later';

export interface ConsensusPorts {
  readonly sign: (statement: Uint8Array) => Uint8Array;
  readonly verify: (publicKey: Uint8Array, statement: Uint8Array, signature: Uint8Array) => boolean;
  /** The block's own name, height and parent; undefined when the bytes are no block of this sub-chain. */
  readonly inspect: (block: Uint8Array) => { readonly hash: Hash; readonly height: number; readonly previousHash: Hash } | undefined;
}

export interface ConsensusHead {
  readonly height: number;
  readonly hash: Hash;
}

/** How far a validator is, for people. */
export interface ConsensusStatus {
  readonly height: number;
  readonly round: number;
  readonly step: 'idle' | 'propose' | 'prevote' | 'precommit';
  /** Place of the validator whose turn it is. */
  readonly proposer: number;
  readonly lastVote?: { readonly kind: 'prevote' | 'precommit'; readonly height: number; readonly round: number; readonly hash: Hash };
  /** Signs nothing up to that height; `unknown` while it asks the others. */
  readonly abstainsThrough?: number | 'unknown';
}
