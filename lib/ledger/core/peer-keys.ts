import type { Signer } from './crypto';
import type { ChainId } from './types';

/** A key as it is kept: encrypted under the key-encryption key, for its sub-chain alone. */
export interface SealedKey {
  readonly sealed: Uint8Array;
  /** See `markUsed`. */
  readonly isUsed: boolean;
}

/** Where a host keeps its peers' keys. They are made here; one leaves with its ledger, and encrypted, when that moves to another directory of the city node. */
export interface PeerKeys {
  chains(): readonly ChainId[];
  find(chain: ChainId): Signer | undefined;
  /** Makes the key, durably; the one there is when it exists. */
  create(chain: ChainId): Promise<Signer>;
  /**
   * Notes beside the key, durably, that it may have signed blocks: if the ledger is gone one day and the key is not,
   * the peer knows that it forgot something. Idempotent.
   */
  markUsed(chain: ChainId): Promise<void>;
  wasUsed(chain: ChainId): boolean;
  /** The key for another directory under the same key-encryption key; undefined when there is none. */
  sealed(chain: ChainId): SealedKey | undefined;
  /** Takes in a key that `sealed` gave, durably, in place of one that is there. Throws when it does not open here. */
  adopt(chain: ChainId, key: SealedKey): Promise<Signer>;
  /** Durably. Idempotent. */
  remove(chain: ChainId): Promise<void>;
  /** Waits for what is pending. */
  close(): Promise<void>;
}
