import { LedgerError } from './errors';
import type { LedgerHost, PeerLink } from './host-types';
import type { ChainId } from './types';

/** Links the hosts of one process: bells, blocks and messages are function calls. */
export interface InProcessNetwork {
  /**
   * The link to hand to a host when it is opened, and how to enter the host under the name of its city node once it is
   * open; entering returns the way out.
   */
  connect(): { readonly link: PeerLink; enter(name: string, host: LedgerHost): () => void };
}

export function createInProcessNetwork(): InProcessNetwork {
  const hosts = new Map<string, LedgerHost>();
  return {
    connect: () => {
      let ownName = '';
      /** The other hosts that carry the chain, the highest first. */
      const others = (chain: ChainId): LedgerHost[] => {
        const own = hosts.get(ownName);
        const heightAt = (host: LedgerHost): number => host.peerStatus(chain).height;
        return [...hosts.values()].filter((host) => host !== own && host.has(chain)).sort((a, b) => heightAt(b) - heightAt(a));
      };
      const peerOf = (chain: ChainId, name: string): LedgerHost => {
        const host = name === ownName ? undefined : hosts.get(name);
        if (host?.has(chain) !== true) throw unreachable(chain);
        return host;
      };
      const link: PeerLink = {
        announce: (chain, height) => {
          for (const [name, host] of hosts) if (name !== ownName) host.announced(chain, height);
        },
        fetchBlocks: async (chain, from, limit, skip = 0) => {
          const sources = others(chain);
          const source = sources[skip % Math.max(1, sources.length)];
          if (source === undefined) throw unreachable(chain);
          return source.blockRecords(chain, from, limit);
        },
        peers: (chain) => [...hosts].flatMap(([name, host]) => (name !== ownName && host.has(chain) ? [name] : [])),
        askSnapshot: async (chain, peer, height) => peerOf(chain, peer).snapshotAnswer(chain, height),
        fetchRange: async (chain, peer, height, index) => peerOf(chain, peer).snapshotRange(chain, height, index),
        send: (chain, to, message) => {
          const from = ownName;
          // A turn later, as every network would: whoever sends is not called back in the middle of it.
          void Promise.resolve().then(() => hosts.get(to)?.received(chain, from, message));
        },
        submit: async (chain, bytes, options) => {
          const orderer = others(chain).find((host) => host.peerStatus(chain).orders);
          if (orderer === undefined) throw unreachable(chain);
          return orderer.submit(chain, bytes, options);
        },
      };
      return {
        link,
        enter: (name, host) => {
          ownName = name;
          hosts.set(name, host);
          return () => void hosts.delete(name);
        },
      };
    },
  };
}

function unreachable(chain: ChainId): LedgerError<'peers-unreachable'> {
  return new LedgerError('peers-unreachable', { chain }, `No other peer of ${chain} can be reached at the moment; try again soon.`);
}
