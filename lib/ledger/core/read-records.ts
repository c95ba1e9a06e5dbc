import type { ChainStorage } from './storage';
import { height, type Height } from './types';

const RECORDS_MAX = 256;
/** An answer ends with the block that brings it to so many bytes. */
const RECORDS_BYTES_MAX = 4 * 1024 * 1024;

/** Durable blocks as they are stored, from that height upwards: at most `limit`, fewer when they are many or large. */
export function readRecords(storage: ChainStorage, from: Height, limit: number): readonly Uint8Array[] {
  const records: Uint8Array[] = [];
  let bytes = 0;
  for (let at = from; at <= storage.height && records.length < Math.min(limit, RECORDS_MAX) && bytes < RECORDS_BYTES_MAX; at = height(at + 1)) {
    const record = storage.block(at);
    if (record === undefined) break;
    records.push(record);
    bytes += record.length;
  }
  return records;
}
