import { generatePrivateKey, openSigner, type Signer } from '../../core/crypto';
import type { PeerKeys } from '../../core/peer-keys';
import { chainId, type ChainId } from '../../core/types';
import type { SecretFiles } from './secret-files';

interface OpenedKey {
  readonly signer: Signer;
  readonly privateKey: Uint8Array;
  isUsed: boolean;
}

/** Follows the private key in its file once it may have signed a block. */
const USED_MARK = Uint8Array.of(1);

/** Peers' keys in files, encrypted. Opened keys stay in memory: signing is on the way of every block. */
export function createDiskKeys(secrets: SecretFiles): PeerKeys {
  const names = new Set(secrets.names().map(chainId));
  const opened = new Map<ChainId, OpenedKey>();
  const open = (chain: ChainId): OpenedKey | undefined => {
    const known = opened.get(chain);
    if (known !== undefined || !names.has(chain)) return known;
    const secret = secrets.read(chain);
    if (secret === undefined) return undefined;
    const length = derLength(secret);
    const privateKey = secret.subarray(0, length);
    const key = { privateKey, signer: createLazySigner(privateKey), isUsed: secret.length > length };
    opened.set(chain, key);
    return key;
  };
  return {
    chains: () => [...names],
    find: (chain) => open(chain)?.signer,
    create: async (chain) => {
      const known = open(chain);
      if (known !== undefined) return known.signer;
      const privateKey = generatePrivateKey();
      await secrets.write(chain, privateKey);
      names.add(chain);
      const signer = openSigner(privateKey);
      opened.set(chain, { privateKey, signer, isUsed: false });
      return signer;
    },
    markUsed: async (chain) => {
      const key = open(chain);
      if (key === undefined || key.isUsed) return;
      await secrets.write(chain, Buffer.concat([key.privateKey, USED_MARK]));
      key.isUsed = true;
    },
    wasUsed: (chain) => open(chain)?.isUsed ?? false,
    remove: async (chain) => {
      await secrets.remove(chain);
      names.delete(chain);
      opened.delete(chain);
    },
  };
}

/** Bytes of the DER sequence at the beginning, as its head says (X.690, 8.1.3). */
function derLength(bytes: Uint8Array): number {
  const [, first = 0, second = 0, third = 0] = bytes;
  if (first < 0x80) return 2 + first;
  return first === 0x81 ? 3 + second : 4 + (second << 8) + third;
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
