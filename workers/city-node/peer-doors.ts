import { z } from 'zod';
import type { PeerName } from '@/lib/control';
import { rpcCodes, type ChainDoor, type DoorAnswer, type DoorCall, type DoorRequests, type DoorSignals } from '@/lib/gateway';
import { isLedgerError, type ChainId } from '@/lib/ledger';
import { AppError } from '@/lib/platform/pure/errors';
import type { CityNodeHost } from './dedicated/peer-home';
import { nameOf, type HostRegister } from './host-register';
import { problemOf } from './problem-of';
import type { CodecBackend, FrameworkCodec } from './load-frameworks';
import { wakePeer } from './wake-peer';

export interface PeerDoorsOptions {
  /** By city-node code. */
  readonly hosts: ReadonlyMap<string, CityNodeHost>;
  /** By framework name. */
  readonly codecs: ReadonlyMap<string, FrameworkCodec>;
  readonly register: HostRegister;
}

/** The doors of all open peers of this process, made when they are first used. */
export class PeerDoors {
  private readonly doors = new Map<string, PeerDoor>();

  constructor(private readonly options: PeerDoorsOptions) {}

  find(cityNode: string, chain: string): PeerDoor | undefined {
    const name = nameOf({ cityNode, chain });
    return this.doors.get(name) ?? this.open(name, { cityNode, chain });
  }

  /** @throws AppError NOT_FOUND when the peer's ledger is not open here. */
  get(peer: PeerName): PeerDoor {
    const door = this.find(peer.cityNode, peer.chain);
    const registered = door === undefined ? this.options.register.findPeer(peer) : undefined;
    if (registered) throw new AppError('UNSUPPORTED', { what: registered.framework }, { publicMessage: `Sub-chains of ${registered.framework} are not spoken to by JSON-RPC.` });
    if (!door) throw new AppError('NOT_FOUND', { subject: 'peer' }, { publicMessage: 'This city node has no open peer of this sub-chain.' });
    return door;
  }

  forget(peer: PeerName): void {
    this.doors.delete(nameOf(peer));
  }

  private open(name: string, peer: PeerName): PeerDoor | undefined {
    const registered = this.options.register.findPeer(peer);
    const host = this.options.hosts.get(peer.cityNode);
    const codec = registered && this.options.codecs.get(registered.framework);
    if (!registered || !host || !codec) return undefined;
    const door = new PeerDoor({ peer, framework: registered.framework, isAlone: registered.peers.length === 1, host, codec });
    this.doors.set(name, door);
    return door;
  }
}

interface PeerDoorOptions {
  readonly peer: PeerName;
  readonly framework: string;
  /** The only peer of its sub-chain: there is nobody from whom it could have missed anything. */
  readonly isAlone: boolean;
  readonly host: CityNodeHost;
  readonly codec: FrameworkCodec;
}

/** A framework's codec with one peer behind it. */
export class PeerDoor implements ChainDoor {
  readonly cityNode: string;
  readonly chain: string;
  readonly answer: ChainDoor['answer'];
  readonly framework: string;
  private readonly host: CityNodeHost;
  private readonly codec: FrameworkCodec;
  private readonly chainId: ChainId;
  private waking: Promise<void> | undefined;
  private isAwake: boolean;

  constructor({ peer, framework, isAlone, host, codec }: PeerDoorOptions) {
    this.cityNode = peer.cityNode;
    this.chain = peer.chain;
    this.chainId = peer.chain as ChainId;
    this.framework = framework;
    this.host = host;
    this.codec = codec;
    this.answer = codec.answer;
    this.isAwake = isAlone;
  }

  parse(body: Uint8Array): DoorRequests {
    return this.codec.parse(body);
  }

  sizeBytes(): number {
    return this.host.glance(this.chainId)?.resources.diskBytes ?? 0;
  }

  async handle(call: DoorCall, signals: DoorSignals): Promise<DoorAnswer> {
    return this.carryOut(call, signals, false);
  }

  private async carryOut(call: DoorCall, signals: DoorSignals, isObserver: boolean): Promise<DoorAnswer> {
    const fault = this.findFault();
    if (fault) return { response: call.id === undefined ? undefined : { jsonrpc: '2.0', id: call.id, error: { code: rpcCodes.unavailable, message: fault } }, accepted: false, status: 503 };
    if (!this.isAwake) await (this.waking ??= this.wakeOnce());
    let failure: unknown;
    const note = (error: unknown): never => {
      failure = error;
      throw error;
    };
    let isRepeated = false;
    const backend: CodecBackend = {
      submit: async (bytes, options) => {
        const answer = await this.host.submit(this.chainId, bytes, options).catch(note);
        isRepeated = answer.repeated === true;
      },
      query: (request, signal) => this.host.query(this.chainId, request, signal, { isObserver }).catch(note),
    };
    // Also a notification's outcome must be known.
    const response = await this.codec.handle(call.id === undefined ? { ...call, id: null } : call, backend, signals);
    if (response && 'error' in response && response.error.code === rpcCodes.internal) throw new Error(`${call.method} failed in the codec`, { cause: failure });
    return {
      response: call.id === undefined ? undefined : response,
      accepted: call.scope === 'write' && !isRepeated && response !== undefined && 'result' in response,
      ...statusOf(failure, response),
    };
  }

  /**
   * One call outside the gateway: no key, no quota, no meter. Rejects with {@link ProtocolError} for the framework's own
   * errors and with AppError UNAVAILABLE when the peer has stopped itself.
   */
  async call(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    const fault = this.findFault();
    if (fault) throw new AppError('UNAVAILABLE', { what: 'peer' }, { publicMessage: fault, retryable: false });
    // The portal looks on: no block is made because a page is open.
    const answer = await this.carryOut({ method, params, scope: this.codec.scopeOf(method), id: 1 }, { readSignal: signal, sendSignal: signal }, true);
    signal.throwIfAborted();
    if (!answer.response) return undefined;
    if ('result' in answer.response) return answer.response.result;
    const { code, message, data } = answer.response.error;
    throw new ProtocolError(code, message, data);
  }

  isWrite(method: string): boolean {
    return this.codec.scopeOf(method) === 'write';
  }

  /** A peer that stopped itself may hold a wrong state: better no answer than a lie. One that was stopped still reads. */
  private findFault(): string | undefined {
    // With every call: no more is looked at than is at hand. What opening it will show is said then.
    const stopped = this.host.glance(this.chainId)?.stopped;
    return stopped?.by === 'fault' ? `The peer of ${this.chain} in ${this.cityNode} stopped itself. ${problemOf(stopped)} Use another city node of this sub-chain.` : undefined;
  }

  /** Shared by all who call meanwhile. What failed is tried again by the next caller: a failure must not outlive its cause. */
  private wakeOnce(): Promise<void> {
    return this.wake().finally(() => {
      this.waking = undefined;
    });
  }

  private async wake(): Promise<void> {
    await wakePeer(this.host, this.chainId);
    this.isAwake = true;
  }
}

/** An error of the framework's own protocol. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

const laterSchema = z.object({ error: z.object({ data: z.object({ retryAfterMs: z.number() }) }) });

function statusOf(failure: unknown, response: DoorAnswer['response']): Pick<DoorAnswer, 'status' | 'retryAfterSeconds'> {
  // A full queue, a full line of calls: whatever the protocol's own words for it are, it says when to come again.
  const later = response !== undefined && 'error' in response ? laterSchema.safeParse(response) : undefined;
  if (later?.success === true) return { status: 429, retryAfterSeconds: Math.max(1, Math.ceil(later.data.error.data.retryAfterMs / 1_000)) };
  if (isLedgerError(failure, 'peer-away')) return { status: 503, retryAfterSeconds: Math.max(1, Math.ceil(failure.details.retryAfterMs / 1_000)) };
  const isAway = isLedgerError(failure, 'chain-stopped') || isLedgerError(failure, 'peers-unreachable') || isLedgerError(failure, 'closing');
  return { status: isAway ? 503 : 200 };
}
