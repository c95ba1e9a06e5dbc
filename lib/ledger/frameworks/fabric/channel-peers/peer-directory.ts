import type { ChainId } from '../../../core/types';
import type { MspManager } from '../msp/create-msp-manager';
import { FabricRefusal } from '../msp/refusal';
import { readIntroduction } from './introduction';
import { askIntroductions, createRemotePeer, PeerUnavailable, type HostLink, type RemotePeer } from './remote-peer';

/** Who else has peers of a channel, as far as anybody needs it. */
export interface ChannelPeers {
  /** Those who introduced themselves lately; the first asker waits for them. */
  known(channel: NamedChannel): Promise<readonly RemotePeer[]>;
  /** The same, asked anew: for whom those who are known did not suffice. */
  fresh(channel: NamedChannel): Promise<readonly RemotePeer[]>;
}

export interface NamedChannel {
  readonly channelId: string;
  /** Number of blocks. */
  readonly height: number;
  readonly rules: { readonly msps: MspManager };
}

/** A city node without others. */
export const nobodyElse: ChannelPeers = { known: async () => [], fresh: async () => [] };

export interface PeerDirectoryPorts {
  /** The sub-chain of a channel, and the other hosts that carry peers of it; undefined: there is none here. */
  find(channelId: string): { readonly chain: ChainId; readonly links: readonly HostLink[] } | undefined;
  /** 16 bytes that were never used. */
  nonce(): Uint8Array;
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Ends what is being asked. */
  readonly signal: AbortSignal;
}

/** What is older is asked anew while it still counts. */
export const FRESH_MS = 10_000;
/** Who needs news gets them so often, and with each block: no client's mistakes make this host call others more. */
export const ASKED_AGAIN_MS = 1_000;
/** What is older than this is nobody's any more. */
const STALE_MS = 5 * 60_000;
/** Channels that are remembered, and other hosts of one. */
const CHANNELS_MAX = 256;
const LINKS_MAX = 64;

interface Known {
  readonly msps: MspManager;
  readonly askedAtMs: number;
  readonly height: number;
  readonly peers: readonly RemotePeer[];
}

interface Entry {
  known: Known | undefined;
  asking: Promise<readonly RemotePeer[]> | undefined;
}

/** Remembers for a while who introduced itself: hosts ask each other when an endorsement needs it, not before. */
export class PeerDirectory implements ChannelPeers {
  readonly #channels = new Map<string, Entry>();

  constructor(readonly ports: PeerDirectoryPorts) {}

  async known(channel: NamedChannel): Promise<readonly RemotePeer[]> {
    const { known, age } = this.#look(channel);
    if (known === undefined || age > STALE_MS) return this.#ask(channel);
    // Who is there is not held up by who may be gone.
    if (age > FRESH_MS) void this.#ask(channel);
    return known.peers;
  }

  async fresh(channel: NamedChannel): Promise<readonly RemotePeer[]> {
    const { known, age } = this.#look(channel);
    return known !== undefined && age < ASKED_AGAIN_MS && known.height >= channel.height ? known.peers : this.#ask(channel);
  }

  /** Certificates, hosts or channels changed. */
  forget(): void {
    this.#channels.clear();
  }

  #look({ channelId, rules }: NamedChannel): { known: Known | undefined; age: number } {
    const known = this.#channels.get(channelId)?.known;
    // Who was believed by an older configuration has to be looked at anew.
    const isOurs = known?.msps === rules.msps;
    return { known: isOurs ? known : undefined, age: known === undefined ? 0 : this.ports.nowMs() - known.askedAtMs };
  }

  /** Never rejects: who does not answer is not there. */
  #ask(channel: NamedChannel): Promise<readonly RemotePeer[]> {
    const { channelId } = channel;
    const entry = this.#channels.get(channelId) ?? { known: undefined, asking: undefined };
    if (entry.asking !== undefined) return entry.asking;
    this.#channels.delete(channelId);
    this.#channels.set(channelId, entry);
    const [oldest] = this.#channels.keys();
    if (this.#channels.size > CHANNELS_MAX && oldest !== undefined) this.#channels.delete(oldest);
    entry.asking = this.#askAll(channel)
      .then((peers) => {
        entry.known = { msps: channel.rules.msps, askedAtMs: this.ports.nowMs(), height: channel.height, peers };
        return peers;
      })
      .finally(() => {
        entry.asking = undefined;
      });
    return entry.asking;
  }

  async #askAll(channel: NamedChannel): Promise<readonly RemotePeer[]> {
    const found = this.ports.find(channel.channelId);
    if (found === undefined) return [];
    const asked = await Promise.all(found.links.slice(0, LINKS_MAX).map((link) => this.#askHost(channel, found.chain, link)));
    return asked.flat();
  }

  async #askHost({ rules: { msps } }: NamedChannel, chain: ChainId, link: HostLink): Promise<RemotePeer[]> {
    const { ports } = this;
    const nonce = ports.nonce();
    try {
      const peers = new Map<string, RemotePeer>();
      for (const statement of await askIntroductions(link, nonce, ports.signal)) {
        const introduced = readOrNone(() => readIntroduction(statement, { chain, hostId: link.hostId, nonce, msps, nowMs: ports.nowMs() }));
        // An organisation has one peer on a host.
        if (introduced !== undefined && !peers.has(introduced.identity.msp.id)) peers.set(introduced.identity.msp.id, createRemotePeer(chain, link, introduced));
      }
      return [...peers.values()];
    } catch (error) {
      if (error instanceof PeerUnavailable) return [];
      throw error;
    }
  }
}

function readOrNone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FabricRefusal) return undefined;
    throw error;
  }
}
