import type { Framework } from './core/framework';
import type { LedgerHost, PeerLink } from './core/host-types';
import type { MachinePorts } from './core/ports';

export interface OpenLedgerHostOptions {
  /** Made when absent. Belongs to this host alone: a second opener gets `storage-locked`. */
  readonly directory: string;
  /** 32 bytes: peers' private keys are stored encrypted under it. */
  readonly keyEncryptionKey: Uint8Array;
  readonly frameworks: readonly Framework[];
  readonly link: PeerLink;
  readonly ports: MachinePorts;
}
export type OpenLedgerHost = (options: OpenLedgerHostOptions) => Promise<LedgerHost>;
