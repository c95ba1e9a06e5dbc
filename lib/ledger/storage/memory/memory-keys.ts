import { createKey, type Signer } from '../../core/crypto';
import type { PeerKeys } from '../../core/peer-keys';
import type { ChainId } from '../../core/types';

/** Keys that are gone with the process, for tests. `makeSigner` may replace P-256 in a simulation. */
export function createMemoryKeys(makeSigner: () => Signer = () => createKey().signer): PeerKeys {
  const signers = new Map<ChainId, Signer>();
  const used = new Set<ChainId>();
  return {
    chains: () => [...signers.keys()],
    find: (chain) => signers.get(chain),
    create: async (chain) => {
      const signer = signers.get(chain) ?? makeSigner();
      signers.set(chain, signer);
      return signer;
    },
    markUsed: async (chain) => void used.add(chain),
    wasUsed: (chain) => used.has(chain),
    remove: async (chain) => {
      signers.delete(chain);
      used.delete(chain);
    },
    close: async () => undefined,
  };
}
