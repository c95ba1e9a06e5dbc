import type { ChainId, PeerStatus } from '@/lib/ledger';
import type { LogLevel } from '../process-logger';

/** What a dedicated process is told first. The key-encryption key goes this way alone: arguments and environment are no secrets. */
export interface OpenDedicated {
  readonly hostId: string;
  readonly cityNode: string;
  readonly chain: ChainId;
  /** Belongs to the process. */
  readonly directory: string;
  readonly nodeKey: Uint8Array;
  readonly version: string;
  readonly logLevel: LogLevel;
  /** Names of the other peers of the sub-chain. */
  readonly others: readonly string[];
}

/** How the peer is, as its process tells it: before each answer that it could bear on, and soon after anything happened. */
export interface DedicatedReport {
  /** Absent while it has no ledger yet. */
  readonly status?: PeerStatus;
  /** What the process costs: anonymous and shared bytes where the system tells them, resident ones elsewhere. */
  readonly memoryBytes: number;
}
