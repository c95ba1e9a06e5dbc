import type { LedgerStorage } from '../core/storage';
import type { DiskStorageOptions } from '../storage/disk/disk-storage';
import type { FilePort } from '../storage/disk/file-port';
import type { IndexPort } from '../storage/disk/index-port';
import { openDiskStorage } from '../storage/disk/open-disk-storage';
import { memoryIndexHome } from './memory-index';
import { createManualPorts, type ManualPorts } from './manual-ports';

export interface TestStorageOptions {
  readonly directory: string;
  readonly files: FilePort;
  readonly index: IndexPort;
  readonly manual?: ManualPorts;
  readonly segmentBytesMax?: number;
  /** None by default: a file ends where its groups do. */
  readonly roomBytes?: number;
  /** Makes a ledger's secret its own; all test ledgers have the same one by default. */
  readonly salt?: number;
}

/** A disk storage without a lock, on whatever files and index a test has; its checkpoints run when the test says so. */
export function openTestStorage({ directory, files, index, manual = createManualPorts(), segmentBytesMax, roomBytes = 0, salt = 1 }: TestStorageOptions): Promise<LedgerStorage> {
  const options: DiskStorageOptions = {
    directory,
    files,
    index: memoryIndexHome(index),
    lock: { release: async () => undefined },
    newSalt: () => Uint8Array.from({ length: 16 }, (_, at) => at * 7 + salt),
    schedule: manual.ports.schedule,
    yieldTurn: manual.ports.yieldTurn,
    logger: manual.ports.logger,
    roomBytes,
    ...(segmentBytesMax === undefined ? {} : { segmentBytesMax }),
  };
  return openDiskStorage(options);
}
