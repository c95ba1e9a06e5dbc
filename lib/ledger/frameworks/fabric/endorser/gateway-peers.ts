import type { RemotePeer } from '../channel-peers';
import type { Identity } from '../msp/msp';
import type { SignedProposal } from '../protocol';
import { askHere, askThere, type PeerOutcome } from './ask-peer';
import { runsChaincode, isSystemChaincode } from './find-chaincode';
import { findPeerHere } from './find-identity';
import { GatewayRefused } from './gateway-refused';
import type { EndorserPorts, SimulationView } from './ports';

/** A peer that a gateway may ask: an organisation's on this city node, or one on another host. */
export interface GatewayPeer {
  /** Tells it from every other peer of the channel. */
  readonly name: string;
  readonly mspId: string;
  readonly identity: Identity;
  /** `host:port` of a peer elsewhere; undefined: on this city node. */
  readonly address: string | undefined;
  /** Blocks of the channel that it has. */
  readonly height: number;
  runs(chaincode: string): Promise<boolean>;
  /** Its answer to the proposal; each peer is asked once. */
  ask(): Promise<PeerOutcome>;
}

export interface GatewayCall {
  readonly signedProposal: SignedProposal;
  readonly view: SimulationView;
  readonly ports: EndorserPorts;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * The channel's peers for one proposal. Those of other hosts come in when those here do not suffice, and are asked who they
 * are anew before it is said that nobody suffices.
 */
export class GatewayPeers {
  /** On this city node. */
  readonly here: readonly GatewayPeer[];
  readonly #asked = new Map<string, Promise<PeerOutcome>>();
  readonly #known: () => Promise<readonly RemotePeer[]>;
  readonly #fresh: () => Promise<readonly RemotePeer[]>;
  #hasAskedAnew = false;

  constructor(readonly call: GatewayCall) {
    const { ports, view } = call;
    this.here = this.#listHere();
    this.#known = once(() => ports.elsewhere.known(view));
    this.#fresh = once(() => ports.elsewhere.fresh(view));
  }

  /** All that are known, and then, with `asksAnew`, all that answer now if those are others. */
  async *everywhere(asksAnew = true): AsyncGenerator<readonly GatewayPeer[], void> {
    const known = await this.#known();
    yield this.#with(known);
    if (!asksAnew && !this.#hasAskedAnew) return;
    this.#hasAskedAnew = true;
    const fresh = await this.#fresh();
    if (fresh !== known && fresh.length + known.length > 0) yield this.#with(fresh);
  }

  /**
   * Tries with the peers here, then with all that are known, then, with `asksAnew`, with all that answer now, until it does
   * not reject with {@link GatewayRefused}; the last refusal stands.
   */
  async widely<T>(attempt: (peers: readonly GatewayPeer[]) => Promise<T>, asksAnew = true): Promise<T> {
    const narrow = await attemptWith(attempt, this.here);
    if ('value' in narrow) return narrow.value;
    let { refusal } = narrow;
    for await (const peers of this.everywhere(asksAnew)) {
      // What failed with nobody else fails again.
      if (peers.length === this.here.length) continue;
      const wide = await attemptWith(attempt, peers);
      if ('value' in wide) return wide.value;
      refusal = wide.refusal;
    }
    throw refusal;
  }

  #with(others: readonly RemotePeer[]): readonly GatewayPeer[] {
    return [
      ...this.here,
      ...others.map((one): GatewayPeer => {
        const name = `${one.hostId} ${one.mspId}`;
        const { mspId, identity, address, height } = one;
        return { name, mspId, identity, address, height, runs: async (chaincode) => isSystemChaincode(chaincode) || one.chaincodes.has(chaincode), ask: () => this.#ask(name, () => askThere(one, this.call)) };
      }),
    ];
  }

  #listHere(): readonly GatewayPeer[] {
    const { view, ports } = this.call;
    return view.organisations.flatMap(({ mspId }): GatewayPeer[] => {
      const identity = findPeerHere(ports, view, mspId);
      if (identity === undefined) return [];
      return [{ name: mspId, mspId, identity, address: undefined, height: view.height, runs: (chaincode) => runsChaincode(ports, view, mspId, chaincode), ask: () => this.#ask(mspId, () => askHere(mspId, this.call)) }];
    });
  }

  #ask(name: string, ask: () => Promise<PeerOutcome>): Promise<PeerOutcome> {
    const asked = this.#asked.get(name) ?? ask();
    this.#asked.set(name, asked);
    return asked;
  }
}

/** The preferred organisation's first, then those with most blocks, those here before others, by their names. */
export function sortPeers(peers: readonly GatewayPeer[], preferred: string): GatewayPeer[] {
  const isFirst = ({ mspId }: GatewayPeer) => Number(mspId === preferred);
  const isElsewhere = ({ address }: GatewayPeer) => Number(address !== undefined);
  const nameOf = ({ mspId, address }: GatewayPeer) => Buffer.from(`${mspId} ${address ?? ''}`);
  return [...peers].sort((a, b) => isFirst(b) - isFirst(a) || b.height - a.height || isElsewhere(a) - isElsewhere(b) || Buffer.compare(nameOf(a), nameOf(b)));
}

/** Those of them that run a chaincode. */
export async function filterRunning(peers: readonly GatewayPeer[], chaincode: string): Promise<GatewayPeer[]> {
  const runs = await Promise.all(peers.map((one) => one.runs(chaincode)));
  return peers.filter((_, index) => runs[index]);
}

async function attemptWith<T>(attempt: (peers: readonly GatewayPeer[]) => Promise<T>, peers: readonly GatewayPeer[]): Promise<{ readonly value: T } | { readonly refusal: GatewayRefused }> {
  try {
    return { value: await attempt(peers) };
  } catch (error) {
    if (error instanceof GatewayRefused) return { refusal: error };
    throw error;
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
