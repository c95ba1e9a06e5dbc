import { LedgerError } from './errors';
import type { LedgerHost, PeerLink } from './host-types';
import type { ChainId } from './types';

/** Links the hosts of one process: bells and blocks are function calls. */
export interface InProcessNetwork {
  /** The link to hand to a host when it is opened, and how to enter the host once it is open; entering returns the way out. */
  connect(): { readonly link: PeerLink; enter(host: LedgerHost): () => void };
}

export function createInProcessNetwork(): InProcessNetwork {
  const hosts = new Set<LedgerHost>();
  return {
    connect: () => {
      let own: LedgerHost | undefined;
      /** The other hosts that carry the chain, the ordering one first. */
      const others = (chain: ChainId): LedgerHost[] => {
        const orders = (host: LedgerHost): number => (host.peerStatus(chain).orders ? 0 : 1);
        return [...hosts].filter((host) => host !== own && host.has(chain)).sort((a, b) => orders(a) - orders(b));
      };
      const link: PeerLink = {
        announce: (chain, height) => {
          for (const host of hosts) if (host !== own) host.announced(chain, height);
        },
        fetchBlocks: async (chain, from, limit) => {
          const [source] = others(chain);
          if (source === undefined) throw unreachable(chain);
          return source.blockRecords(chain, from, limit);
        },
        submit: async (chain, bytes, options) => {
          const orderer = others(chain).find((host) => host.peerStatus(chain).orders);
          if (orderer === undefined) throw unreachable(chain);
          return orderer.submit(chain, bytes, options);
        },
      };
      return {
        link,
        enter: (host) => {
          own = host;
          hosts.add(host);
          return () => void hosts.delete(host);
        },
      };
    },
  };
}

function unreachable(chain: ChainId): LedgerError<'peers-unreachable'> {
  return new LedgerError('peers-unreachable', { chain }, `No other peer of ${chain} can be reached at the moment; try again soon.`);
}
