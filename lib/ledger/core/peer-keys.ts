import type { Signer } from './crypto';
import type { ChainId } from './types';

/** Where a host keeps its peers' keys. They are made here and never leave. */
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
  /** Durably. Idempotent. */
  remove(chain: ChainId): Promise<void>;
  /** Waits for what is pending. */
  close(): Promise<void>;
}
