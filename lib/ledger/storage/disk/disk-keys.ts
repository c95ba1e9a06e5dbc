import { generatePrivateKey, openSigner, type Signer } from '../../core/crypto';
import type { PeerKeys } from '../../core/peer-keys';
import { chainId, type ChainId } from '../../core/types';
import type { SecretFiles } from './secret-files';

/** Peers' keys in files, encrypted. Opened keys stay in memory: signing is on the way of every block. */
export function createDiskKeys(secrets: SecretFiles): PeerKeys {
  const names = new Set(secrets.names().map(chainId));
  const opened = new Map<ChainId, Signer>();
  const find = (chain: ChainId): Signer | undefined => {
    const known = opened.get(chain);
    if (known !== undefined || !names.has(chain)) return known;
    const privateKey = secrets.read(chain);
    if (privateKey === undefined) return undefined;
    const signer = openSigner(privateKey);
    opened.set(chain, signer);
    return signer;
  };
  return {
    chains: () => [...names],
    find,
    create: async (chain) => {
      const known = find(chain);
      if (known !== undefined) return known;
      const privateKey = generatePrivateKey();
      await secrets.write(chain, privateKey);
      names.add(chain);
      const signer = openSigner(privateKey);
      opened.set(chain, signer);
      return signer;
    },
    remove: async (chain) => {
      await secrets.remove(chain);
      names.delete(chain);
      opened.delete(chain);
    },
  };
}
