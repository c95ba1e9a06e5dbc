import { createRequire } from 'node:module';
import { createKeccak } from 'hash-wasm';

/**
 * The two primitives that decide the speed of an Ethereum chain. Both are loaded once per process, because a
 * WebAssembly module is compiled asynchronously and everything that hashes afterwards is synchronous.
 */
export interface EvmCrypto {
  /**
   * Which secp256k1 is active. The npm package falls back from the C library to JavaScript (a tenth of the speed)
   * without a word where it has no prebuilt binary, so whoever starts a process shows this.
   */
  readonly recoverImplementation: 'native' | 'javascript';
  readonly keccakImplementation: 'wasm';
  /** Keccak-256 of `bytes`, 32 bytes. */
  keccak256(bytes: Uint8Array): Uint8Array;
  /**
   * Public key (64 bytes, without the leading 4) that signed `hash`.
   * @param signature r and s, 32 bytes each
   * @param recovery 0 or 1
   * @throws when no public key can have made the signature
   */
  recoverPublicKey(hash: Uint8Array, signature: Uint8Array, recovery: number): Uint8Array;
}

interface Secp256k1 {
  ecdsaRecover(signature: Uint8Array, recovery: number, hash: Uint8Array, compressed: boolean): Uint8Array;
}

/** Loads (once per process) the primitives that {@link EvmCrypto} describes. */
export function loadEvmCrypto(): Promise<EvmCrypto> {
  loaded ??= load();
  return loaded;
}

let loaded: Promise<EvmCrypto> | undefined;

async function load(): Promise<EvmCrypto> {
  const hasher = await createKeccak(256);
  const { implementation, secp256k1 } = loadSecp256k1();
  return {
    recoverImplementation: implementation,
    keccakImplementation: 'wasm',
    keccak256: (bytes) => hasher.init().update(bytes).digest('binary'),
    recoverPublicKey: (hash, signature, recovery) =>
      secp256k1.ecdsaRecover(signature, recovery, hash, false).subarray(1),
  };
}

/** Asks for the binding by its own path: the package's main file would hide which of the two was loaded. */
function loadSecp256k1(): { implementation: EvmCrypto['recoverImplementation']; secp256k1: Secp256k1 } {
  const require = createRequire(import.meta.url);
  try {
    return { implementation: 'native', secp256k1: require('secp256k1/bindings') as Secp256k1 };
  } catch (error) {
    // Only "no binary for this platform" may fall through; anything else is a broken installation.
    if (!(error instanceof Error) || !/No native build was found|Cannot find module/.test(error.message)) throw error;
    return { implementation: 'javascript', secp256k1: require('secp256k1/elliptic') as Secp256k1 };
  }
}
