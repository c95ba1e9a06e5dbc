import type { Framework } from './core/framework';
import { createLedgerHost } from './core/host';
import type { LedgerHost, PeerLink } from './core/host-types';
import type { MachinePorts } from './core/ports';
import type { Turns } from './core/turns';
import { createEmbeddedOrdering, type QueueBudget } from './ordering/embedded/embedded-ordering';
import { nodeFiles } from './storage/disk/node-files';
import { openLedgerDirectory } from './storage/disk/open-ledger-directory';

export interface OpenLedgerHostOptions {
  /** Made when absent. Belongs to this host alone: a second opener gets `storage-locked`. */
  readonly directory: string;
  /** 32 bytes: peers' private keys are stored encrypted under it. */
  readonly keyEncryptionKey: Uint8Array;
  readonly frameworks: readonly Framework[];
  readonly link: PeerLink;
  readonly ports: MachinePorts;
  /** Shared by the hosts of one process, so that its cap on waiting transactions holds for all of them together. */
  readonly queueBudget?: QueueBudget;
  /** A peer that lags by more blocks joins from a snapshot of the others; 1,000 by default. */
  readonly snapshotGap?: number;
  /** Shared by them too, so that the thread is shared fairly among the sub-chains of all of them. */
  readonly turns?: Turns;
}

/**
 * One city node: opens its directory (`segment-*.log`, `index/`, `keys/`), rolled forward to the last durable block of
 * every sub-chain. Errors: `storage-locked`, `storage-corrupt`, `storage-format`.
 */
export async function openLedgerHost(options: OpenLedgerHostOptions): Promise<LedgerHost> {
  const { directory, keyEncryptionKey, frameworks, link, ports, queueBudget, turns, snapshotGap } = options;
  nodeFiles.makeDirectory(directory);
  const { storage, keys } = await openLedgerDirectory({ directory, keyEncryptionKey, ports });
  const chosen = { ...(turns === undefined ? {} : { turns }), ...(snapshotGap === undefined ? {} : { snapshotGap }) };
  return createLedgerHost({ storage, keys, ordering: createEmbeddedOrdering(queueBudget), frameworks, link, ports, ...chosen });
}
