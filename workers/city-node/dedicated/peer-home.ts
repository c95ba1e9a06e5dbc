import type { HomeStatus, PeerHomeName } from '@/lib/control';
import type { ChainId, LedgerHost } from '@/lib/ledger';

/** Calls that a peer's home answers at once when it is in this process, and later when it is in another. */
type Crossing = 'head' | 'blockAt' | 'genesis' | 'blockRecords' | 'snapshotAnswer' | 'snapshotRange';
type Crossed = { readonly [Name in Crossing]: (...args: Parameters<LedgerHost[Name]>) => ReturnType<LedgerHost[Name]> | Promise<ReturnType<LedgerHost[Name]>> };

/** Where a peer lives: the city node's own process, or one for it alone. */
export interface PeerHome
  extends Crossed,
    Pick<
      LedgerHost,
      'createPeer' | 'createChain' | 'submit' | 'query' | 'waitForHeight' | 'peerStatus' | 'glance' | 'stopChain' | 'startChain' | 'announced' | 'received' | 'approveChange' | 'healChain' | 'catchUp' | 'moves'
    > {}

/** A city node as this process sees it, wherever its peers live. See `LedgerHost` for what the calls do. */
export interface CityNodeHost extends Omit<PeerHome, 'moves'>, Pick<LedgerHost, 'chains' | 'has' | 'removeChain' | 'stats' | 'changedSince' | 'restoreChain'> {}

/** What takes peers to other homes. */
export interface PeerMover {
  /**
   * Takes the peer to that home, while it works; resolves when it is there. Idempotent: a move under way to the same home
   * is joined. Errors: `move-failed` (the peer stays where it is), `chain-unknown`.
   */
  move(chain: ChainId, to: PeerHomeName): Promise<void>;
  homeStatus(chain: ChainId): HomeStatus;
}
