import { createHash } from 'node:crypto';
import type { ControlLogger } from '@/lib/control';
import type { ChainId, LedgerHost, PrivatePosition } from '@/lib/ledger';
import type { PeerNetwork } from '../peer-network';
import type { FabricRooms } from './open-fabric-rooms';

export interface PrivateFetcherOptions {
  readonly rooms: Pick<FabricRooms, 'fabric' | 'book' | 'identities'>;
  readonly hostId: string;
  readonly ledgers: ReadonlyMap<string, LedgerHost>;
  readonly network: Pick<PeerNetwork, 'otherHosts'>;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly logger: ControlLogger;
}

/** How often channels in use are looked at: a look at one without new blocks costs nothing. */
export const LOOK_MS = 2_000;
/** Positions that one look reads. */
const LISTED_MAX = 1_000;
/** What nobody gave is asked for again after so long, doubled each time. */
const PAUSE_MS_MIN = 2_000;
const PAUSE_MS_MAX = 60 * 60_000;

/** What was found when a peer's channel was looked at last. */
interface Look {
  readonly height: number;
  readonly missing: number;
  /** In vain, one after another. */
  readonly failures: number;
  readonly dueAtMs: number;
  /** From where on the list is asked for next: those that nobody has must not hold up the others. */
  readonly from: number;
}

/** Somebody who may have what is missing. */
interface Source {
  ask(request: Uint8Array): Promise<Uint8Array>;
}

/**
 * Brings private data that came with no simulation of this host: after their block, from peers of other members, on this
 * host or another. What has not the hash that the block promised is left aside.
 */
export class PrivateFetcher {
  private readonly looks = new Map<string, Look>();
  /** Peers of channels whose hashes were compared with what they hold. */
  private readonly compared = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly options: PrivateFetcherOptions) {}

  begin(): void {
    this.timer = setTimeout(() => {
      this.looking = this.look().finally(() => {
        if (!this.options.signal.aborted) this.begin();
      });
    }, LOOK_MS);
    this.timer.unref();
  }

  /** Before it the signal was aborted. */
  async end(): Promise<void> {
    clearTimeout(this.timer);
    await this.looking;
  }

  forget(chain: ChainId): void {
    for (const cityNode of this.options.ledgers.keys()) {
      this.looks.delete(nameOf(cityNode, chain));
      this.compared.delete(nameOf(cityNode, chain));
    }
  }

  /** Other organisations have their peers here now. */
  identitiesChanged(): void {
    this.looks.clear();
    this.compared.clear();
  }

  /** Looks at each channel in use once; never rejects. */
  async look(): Promise<void> {
    const { rooms, ledgers, signal, logger } = this.options;
    for (const { chain } of rooms.book.listChannels()) {
      for (const [cityNode, ledger] of ledgers) {
        if (signal.aborted) return;
        await this.lookAt(chain as ChainId, cityNode, ledger).catch((error: unknown) => {
          if (!signal.aborted) logger.warn({ chain, cityNode, err: error instanceof Error ? error.message : 'unknown' }, 'private data of a channel could not be fetched');
        });
      }
    }
  }

  private async lookAt(chain: ChainId, cityNode: string, ledger: LedgerHost): Promise<void> {
    const { rooms, signal, now } = this.options;
    const glance = ledger.has(chain) ? ledger.glance(chain) : undefined;
    // One at rest stays so: it misses nothing that nobody asks for.
    if (glance?.isInUse !== true || glance.state !== 'running') return;
    const name = nameOf(cityNode, chain);
    const last = this.looks.get(name);
    if (last?.height === glance.height && (last.missing === 0 || now() < last.dueAtMs)) return;
    if (rooms.identities.rolesOf(chain).organisations.length === 0) return;
    const before = last?.height === glance.height ? last.failures : 0;
    const note = (missing: number, failures: number, from: number): void => {
      const dueAtMs = now() + Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** Math.min(failures, 16));
      this.looks.set(name, { height: glance.height, missing, failures, dueAtMs, from });
    };
    // Until it is known: what fails is not tried with each look.
    note(1, before + 1, last?.from ?? 0);
    if (!this.compared.has(name) && (await this.compare(chain, ledger))) this.compared.add(name);
    const listed = await rooms.fabric.queryChannel(ledger, chain, { kind: 'missing-private-data', limit: LISTED_MAX }, signal);
    const from = (last?.from ?? 0) < listed.length ? (last?.from ?? 0) : 0;
    const wanted = listed.slice(from, from + rooms.fabric.ASKED_MAX);
    const taken = wanted.length === 0 ? 0 : await this.fetch(chain, ledger, wanted);
    note(listed.length - taken, taken > 0 ? 0 : before + 1, from + wanted.length - taken);
  }

  /** Once in a process, true when all was found: what stands in no note came with a snapshot, or before an organisation had its peer here. */
  private async compare(chain: ChainId, ledger: LedgerHost): Promise<boolean> {
    const positions = await this.options.rooms.fabric.queryChannel(ledger, chain, { kind: 'unnoted-private-data', limit: LISTED_MAX }, this.options.signal);
    if (positions.length > 0) await ledger.keepLocally(chain, { kind: 'note-missing', positions });
    // More than these are found when some of them have come.
    return positions.length < LISTED_MAX;
  }

  /** How many of them came. */
  private async fetch(chain: ChainId, ledger: LedgerHost, positions: readonly PrivatePosition[]): Promise<number> {
    const { rooms, hostId, signal } = this.options;
    const { fabric, identities } = rooms;
    let left = [...positions];
    for (const source of this.sources(chain, ledger)) {
      for (const mspId of identities.rolesOf(chain).organisations) {
        const signer = identities.signerOf(mspId);
        if (left.length === 0 || signer === undefined) continue;
        const answer = await source.ask(fabric.encodeMemberRequest({ chain, hostId, positions: left }, signer)).catch(() => undefined);
        signal.throwIfAborted();
        if (answer === undefined) break; // away, or it believes nobody of this host
        left = await this.takeIn(chain, ledger, left, this.read(answer, left.length));
      }
    }
    return positions.length - left.length;
  }

  private read(answer: Uint8Array, count: number): readonly (Uint8Array | undefined)[] {
    const { fabric } = this.options.rooms;
    try {
      return fabric.decodeMemberAnswer(answer, count);
    } catch (error) {
      if (error instanceof fabric.WireError) return [];
      throw error;
    }
  }

  /** What is still missing afterwards. */
  private async takeIn(chain: ChainId, ledger: LedgerHost, asked: readonly PrivatePosition[], given: readonly (Uint8Array | undefined)[]): Promise<PrivatePosition[]> {
    const { rooms, signal } = this.options;
    const left: PrivatePosition[] = [];
    for (const [index, position] of asked.entries()) {
      const plaintext = given[index];
      const hash = plaintext && (await rooms.fabric.queryChannel(ledger, chain, { kind: 'promised-hash', position }, signal));
      const isPromised = plaintext !== undefined && hash !== undefined && createHash('sha256').update(plaintext).digest().equals(hash);
      if (isPromised) await ledger.keepLocally(chain, { kind: 'reconcile', late: { position, plaintext, hash } });
      else left.push(position);
    }
    return left;
  }

  private sources(chain: ChainId, own: LedgerHost): Source[] {
    const { rooms, ledgers, network, hostId, signal, now } = this.options;
    const here = [...ledgers.values()].filter((ledger) => ledger !== own && ledger.has(chain));
    return [
      ...here.map((ledger) => ({ ask: (signed: Uint8Array) => rooms.fabric.queryChannel(ledger, chain, { kind: 'member-private-data', signed, hostId, nowMs: now() }, signal) })),
      ...network.otherHosts(chain).map((host) => ({ ask: (signed: Uint8Array) => host.ask(signed, signal) })),
    ];
  }
}

function nameOf(cityNode: string, chain: ChainId): string {
  return `${cityNode}/${chain}`;
}
