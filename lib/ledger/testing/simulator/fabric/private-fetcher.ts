import { ASKED_MAX, decodeMemberAnswer, encodeMemberRequest, answerMember } from '../../../frameworks/fabric/private-data/member-request';
import { FabricReadError } from '../../../frameworks/fabric/read/read-error';
import { readDefinitions } from '../../../frameworks/fabric/definitions';
import { encodePrivateWrites, listMissing, type PrivatePosition } from '../../../frameworks/fabric/state';
import { FieldWriter, WireError } from '@/lib/platform/pure/wire';
import type { Packet } from '../network';
import type { Peer } from '../peer';
import type { World } from '../world';
import type { ChannelCopy } from './channel-copy';
import { NOW_MS } from './host-endorser';
import { ORGANISATIONS, type Organisation, type People } from './people';

const ASK_MS = 1_000;
/** Of what is missing, as one look at it reads it. */
const LISTED_MAX = 1_000;
/** Nobody can give it: whoever asked everybody so often waits for the next block. */
const ROUNDS_MAX = 3;

/** One life of a peer that asks others for private data. */
interface Asking {
  readonly copy: ChannelCopy;
  attempts: number;
  isWaiting: boolean;
  readonly tickets: Map<number, readonly PrivatePosition[]>;
}

export interface PrivateFetcherPorts {
  readonly copyOf: (peer: Peer) => ChannelCopy;
  readonly organisationsOf: (host: number) => readonly Organisation[];
  /** SHA-256 of the plaintext that a block of this peer promised. */
  readonly promisedHash: (peer: Peer, position: PrivatePosition) => Uint8Array | undefined;
  /** What a transaction wrote in private, as everybody on the liars' side knows. */
  readonly keyAt: (position: PrivatePosition) => string;
  readonly reconcile: (peer: Peer, position: PrivatePosition, hash: Uint8Array, plaintext: Uint8Array) => void;
}

/** Peers that lack private data of their organisations ask one another, as hosts do; who lies gives what was never written. */
export class PrivateFetcher {
  given = 0;
  lies = 0;
  readonly #world: World;
  readonly #people: People;
  readonly #ports: PrivateFetcherPorts;
  readonly #asking = new WeakMap<Peer, Asking>();
  #tickets = 0;

  constructor(world: World, people: People, ports: PrivateFetcherPorts) {
    this.#world = world;
    this.#people = people;
    this.#ports = ports;
  }

  /** `isNews`: there are new blocks. Otherwise it may be another life of the peer. */
  look(peer: Peer, isNews: boolean): void {
    const copy = this.#ports.copyOf(peer);
    const known = this.#asking.get(peer);
    const asking = known?.copy === copy ? known : { copy, attempts: 0, isWaiting: false, tickets: new Map<number, readonly PrivatePosition[]>() };
    this.#asking.set(peer, asking);
    if (isNews) asking.attempts = 0;
    this.#askLater(peer, asking);
  }

  receive(peer: Peer, from: number, packet: Packet): void {
    if (packet.kind === 'ask-private') {
      const answer = this.#answer(peer, from, packet.signed);
      if (answer !== undefined) peer.send(from, { kind: 'give-private', ticket: packet.ticket, answer });
    }
    if (packet.kind === 'give-private') this.#take(peer, packet.ticket, packet.answer);
  }

  /** A Byzantine peer gives something else for everything that it is asked for. */
  lie(from: number, to: number, packet: Packet): void {
    if (packet.kind !== 'ask-private') return;
    this.lies += 1;
    const writer = new FieldWriter();
    for (const position of packet.positions) writer.item(1, encodePrivateWrites({ writes: [{ key: this.#ports.keyAt(position), isDelete: false, value: Buffer.from('a lie') }], metadataKeys: [] }));
    this.#world.send(from, to, { kind: 'give-private', ticket: packet.ticket, answer: writer.finish() }, 0);
  }

  #askLater(peer: Peer, asking: Asking): void {
    const { queue, peers } = this.#world;
    const missing = listMissing(asking.copy.durable, LISTED_MAX).length;
    if (asking.isWaiting || asking.attempts >= ROUNDS_MAX * peers * Math.ceil(missing / ASKED_MAX)) return;
    asking.isWaiting = true;
    queue.later(ASK_MS, () => {
      asking.isWaiting = false;
      if (!peer.isUp || this.#ports.copyOf(peer) !== asking.copy) return;
      this.#ask(peer, asking);
      this.#askLater(peer, asking);
    });
  }

  #ask(peer: Peer, asking: Asking): void {
    const { peers } = this.#world;
    asking.attempts += 1;
    const to = (peer.index + asking.attempts) % peers;
    if (to === peer.index) return;
    const listed = listMissing(asking.copy.durable, LISTED_MAX);
    // What nobody has must not hold up the rest: after everybody was asked, others are asked for.
    const from = (Math.floor(asking.attempts / peers) % Math.max(1, Math.ceil(listed.length / ASKED_MAX))) * ASKED_MAX;
    const missing = listed.slice(from, from + ASKED_MAX);
    const { membersOf } = readDefinitions(this.#people.channel, asking.copy.durable);
    for (const organisation of this.#ports.organisationsOf(peer.index)) {
      const positions = missing.filter(({ namespace, collection }) => membersOf(namespace, collection).has(organisation));
      if (positions.length === 0) continue;
      const ticket = (this.#tickets += 1);
      asking.tickets.set(ticket, positions);
      const signed = encodeMemberRequest({ chain: this.#people.chain, hostId: `host-${peer.index}`, positions }, this.#people.peer(organisation, peer.index));
      peer.send(to, { kind: 'ask-private', ticket, signed, positions });
    }
  }

  #answer(peer: Peer, from: number, signed: Uint8Array): Uint8Array | undefined {
    const { chain, channel } = this.#people;
    try {
      return answerMember(chain, channel, { signed, hostId: `host-${from}`, nowMs: NOW_MS }, this.#ports.copyOf(peer).durable);
    } catch (error) {
      if (error instanceof FabricReadError) return undefined;
      throw error;
    }
  }

  #take(peer: Peer, ticket: number, answer: Uint8Array): void {
    const asking = this.#asking.get(peer);
    const positions = asking?.tickets.get(ticket);
    if (asking === undefined || positions === undefined || asking.copy !== this.#ports.copyOf(peer)) return;
    asking.tickets.delete(ticket);
    let plaintexts: readonly (Uint8Array | undefined)[];
    try {
      plaintexts = decodeMemberAnswer(answer, positions.length);
    } catch (error) {
      if (error instanceof WireError) return;
      throw error;
    }
    positions.forEach((position, index) => {
      const plaintext = plaintexts[index];
      const hash = this.#ports.promisedHash(peer, position);
      if (plaintext === undefined || hash === undefined) return;
      this.given += 1;
      this.#ports.reconcile(peer, position, hash, plaintext);
    });
  }
}

/** Whom a host serves: every organisation has a host, and some hosts serve two. */
export function organisationsOf(seed: number, peers: number, host: number): readonly Organisation[] {
  const own = ORGANISATIONS.filter((_, index) => index % peers === host % ORGANISATIONS.length || index % peers === host);
  const second = ORGANISATIONS[(host + 1) % ORGANISATIONS.length];
  const hasSecond = (seed * 7 + host * 13) % 4 === 0 && second !== undefined && !own.includes(second);
  return hasSecond ? [...own, second] : own;
}
