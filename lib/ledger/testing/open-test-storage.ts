import type { LedgerStorage } from '../core/storage';
import { openDiskStorage, type DiskStorageOptions } from '../storage/disk/disk-storage';
import type { FilePort } from '../storage/disk/file-port';
import type { IndexPort } from '../storage/disk/index-port';
import { createManualPorts, type ManualPorts } from './manual-ports';

export interface TestStorageOptions {
  readonly directory: string;
  readonly files: FilePort;
  readonly index: IndexPort;
  readonly manual?: ManualPorts;
  readonly segmentBytesMax?: number;
}

/** A disk storage without a lock, on whatever files and index a test has; its checkpoints run when the test says so. */
export function openTestStorage({ directory, files, index, manual = createManualPorts(), segmentBytesMax }: TestStorageOptions): Promise<LedgerStorage> {
  const options: DiskStorageOptions = {
    directory,
    files,
    index,
    lock: { release: async () => undefined },
    newSalt: () => Uint8Array.from({ length: 16 }, (_, at) => at * 7 + 1),
    schedule: manual.ports.schedule,
    logger: manual.ports.logger,
    ...(segmentBytesMax === undefined ? {} : { segmentBytesMax }),
  };
  return openDiskStorage(options);
}
