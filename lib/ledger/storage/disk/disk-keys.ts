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
    const signer = createLazySigner(privateKey);
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

/** Importing a key takes a millisecond: a host that starts with thousands of peers does it for those that are used. */
function createLazySigner(privateKey: Uint8Array): Signer {
  let signer: Signer | undefined;
  const get = (): Signer => (signer ??= openSigner(privateKey));
  return {
    get publicKey() {
      return get().publicKey;
    },
    sign: (statement) => get().sign(statement),
  };
}
