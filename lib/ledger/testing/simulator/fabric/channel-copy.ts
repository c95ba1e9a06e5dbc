import { sha256Hex } from '../../../core/crypto';
import { writesOnThisPeer } from '../../../core/local-writes';
import type { StateReader, StateSnapshot, StateWrite } from '../../../core/storage';
import { TransactionRefused } from '../../../core/framework';
import { height as toHeight, timeMs, ZERO_HASH } from '../../../core/types';
import { LOCAL_KEYS_FROM } from '../../../frameworks/fabric/chain-keys';
import { KNOWN_WRITERS_MAX, type KnownWriters } from '../../../frameworks/fabric/check-envelope';
import { checkTransaction } from '../../../frameworks/fabric/check-transaction';
import type { FrameworkHeader } from '../../../frameworks/fabric/framework-header';
import { Memory } from '../../../frameworks/fabric/memory';
import type { LocalRoles } from '../../../frameworks/fabric/private-data/local-writes';
import { ChainState, toOverlay } from '../../../storage/chain-state';
import { MemoryState } from '../../../storage/memory/memory-state';
import type { BlockToExecute, Copy, Executed } from '../copy';
import type { KeptChange } from '../disk';
import type { People } from './people';
import type { FabricProgram } from './program';

/** Bytes of an envelope by the number that stands for it; undefined for a number that nobody gave out. */
export type EnvelopeOf = (id: number) => Uint8Array | undefined;

export interface ChannelCopyInput {
  readonly people: People;
  readonly program: FabricProgram;
  readonly roles: LocalRoles;
  readonly envelopeOf: EnvelopeOf;
  /** What the disk holds. */
  readonly kept: readonly KeptChange[];
  readonly onException: (error: unknown) => void;
}

/** A block as this life committed it. */
export interface PushedBlock {
  /** Roots and framework header as one text. */
  readonly roots: string;
  readonly header: FrameworkHeader;
}

const LOCAL = { localKeysFrom: LOCAL_KEYS_FROM };
const NOTHING = new Uint8Array(0);

/** One life of a peer's copy of a channel, on the state that its disk holds. */
export class ChannelCopy implements Copy {
  readonly #input: ChannelCopyInput;
  readonly #known: KnownWriters = new Memory(KNOWN_WRITERS_MAX);
  readonly #state: ChainState;
  readonly #named = new Map<readonly StateWrite[], PushedBlock>();
  readonly #blocks = new Map<number, PushedBlock>();
  /** What is committed or kept and not durable yet, oldest first: heights of blocks, undefined for what is kept between them. */
  readonly #pending: (number | undefined)[] = [];

  constructor(input: ChannelCopyInput) {
    this.#input = input;
    const values = new MemoryState();
    values.apply(toOverlay(input.people.genesis.writes));
    for (const { writes } of input.kept) values.apply(toOverlay(writes));
    this.#state = new ChainState(input.people.chain, input.kept.at(-1)?.height ?? 0, values);
  }

  /** With all that was executed. */
  get latest(): StateReader {
    return this.#state.pending;
  }

  get durable(): StateReader {
    return this.#state.durable;
  }

  get height(): number {
    return this.#state.height;
  }

  get roles(): LocalRoles {
    return this.#input.roles;
  }

  /** Undefined for one that an earlier life committed. */
  blockAt(height: number): PushedBlock | undefined {
    return this.#blocks.get(height);
  }

  snapshot(): StateSnapshot {
    return this.#state.snapshot();
  }

  /** The durable state for good. */
  pin(): StateSnapshot {
    return this.#state.pin(this.#state.height);
  }

  admits(id: number): boolean {
    const bytes = this.#input.envelopeOf(id);
    if (bytes === undefined) return false;
    try {
      checkTransaction(this.#input.people.channel, bytes, this.latest, this.#known);
      return true;
    } catch (error) {
      if (error instanceof TransactionRefused) return false;
      throw error;
    }
  }

  execute({ height, timeMs: atMs, engineVersion, before, transactions }: BlockToExecute, isBuilding: boolean, state: StateReader = this.latest): Executed | undefined {
    const { people, program, roles, envelopeOf } = this.#input;
    const envelopes = transactions.map((id) => envelopeOf(id) ?? NOTHING);
    const input = { height: toHeight(height), parentHash: ZERO_HASH, time: timeMs(atMs), proposer: NOTHING, transactions: envelopes, engineVersion, building: isBuilding };
    let judged: ReturnType<FabricProgram['execute']>;
    try {
      judged = program.execute(people.channel, this.#known, input, state);
    } catch (error) {
      // A block that carries what may not be in it; on building nothing is thrown.
      if (isBuilding || !(error instanceof Error && error.cause instanceof TransactionRefused)) this.#input.onException(error);
      return undefined;
    }
    const dropped = new Set(judged.dropped.map(({ index }) => index));
    const { executed } = judged;
    const included = transactions.filter((_, index) => !dropped.has(index));
    const roots = `${executed.stateRoot} ${executed.receiptRoot} ${sha256Hex(executed.frameworkHeader)}`;
    return {
      transactions: included,
      state: mark(before, included, judged.header.codes),
      changes: () => {
        const localWrites = (latest: StateReader): readonly StateWrite[] => program.ownWrites(judged, roles, latest);
        const changes = writesOnThisPeer(LOCAL, { writes: executed.writes, localWrites }, this.latest);
        this.#named.set(changes, { roots, header: judged.header });
        return changes;
      },
    };
  }

  push(height: number, changes: readonly StateWrite[]): void {
    const block = this.#named.get(changes);
    if (block === undefined) throw new Error('what is committed was executed here');
    this.#named.clear();
    this.#blocks.set(height, block);
    this.#state.push(height, changes);
    this.#pending.push(height);
  }

  /** Changes of own keys, to be written by the peer's disk. */
  keep(changes: readonly StateWrite[]): void {
    this.#state.pushLocal(changes);
    this.#pending.push(undefined);
  }

  promote(): void {
    const height = this.#pending.shift();
    if (height === undefined) this.#state.promoteLocal();
    else this.#state.promote(height);
  }
}

/** What everybody must come to alike and what a seed decides: ids and codes. Roots hang on keys, which are by chance. */
function mark(before: number, ids: readonly number[], codes: Uint8Array): number {
  let next = Math.imul(before ^ 0x51ed270b, 0x9e3779b1);
  ids.forEach((id, index) => (next = Math.imul(next ^ id ^ ((codes[index] ?? 255) << 20) ^ (next >>> 15), 0x85ebca6b)));
  return (next ^ (next >>> 13)) >>> 0;
}
