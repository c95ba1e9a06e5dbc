import { assert } from '@/lib/platform/pure/assert';
import { createKey, type Signer } from '../../core/crypto';
import type { PeerKeys, SealedKey } from '../../core/peer-keys';
import type { ChainId } from '../../core/types';

/** Between the directories of one process a key goes by reference. */
const leaving = new WeakMap<Uint8Array, Signer>();

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
    sealed: (chain): SealedKey | undefined => {
      const signer = signers.get(chain);
      if (signer === undefined) return undefined;
      const sealed = new Uint8Array(0);
      leaving.set(sealed, signer);
      return { sealed, isUsed: used.has(chain) };
    },
    adopt: async (chain, { sealed, isUsed }) => {
      const signer = leaving.get(sealed);
      assert(signer !== undefined, 'a key in memory was given out by this process');
      signers.set(chain, signer);
      if (isUsed) used.add(chain);
      return signer;
    },
    remove: async (chain) => {
      signers.delete(chain);
      used.delete(chain);
    },
    close: async () => undefined,
  };
}
