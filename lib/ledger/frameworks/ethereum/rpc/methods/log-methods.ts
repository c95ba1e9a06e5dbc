import { z } from 'zod';
import { bytesEqual } from '@/lib/platform/pure/bytes';
import type { EvmLog } from '../../../../vm/evm';
import { bloomMayHold } from '../../bloom';
import { receiptsAt } from '../../read-chain';
import { heightOfLogsBloomKey, logsBloomKey } from '../../state-keys';
import { formatLog } from '../format-receipt';
import { addressParam, blockNumberParam, hashParam, parseParams } from '../params';
import { findHeight, readBlock, type ReadContext } from '../read-context';
import { invalidParams, limitExceeded, serverError } from '../rpc-error';
import type { ReadMethod } from './read-method';

export const LOG_BLOCKS_MAX = 10_000;
export const LOGS_MAX = 10_000;
/** Bytes of data and topics in one answer. */
export const LOG_BYTES_MAX = 8 * 1024 * 1024;
const ALTERNATIVES_MAX = 1_000;
const TOPICS_MAX = 4;
const PAGE = 256;
/** Logs that are looked at, or blocks that are read, before other work of the process has its turn. */
const LOGS_PER_TURN = 2_000;
const LOGS_PER_BLOCK_READ = 50;

const filterParam = z.object({
  fromBlock: blockNumberParam.nullish(),
  toBlock: blockNumberParam.nullish(),
  blockHash: hashParam.nullish(),
  address: z.union([addressParam.transform((address) => [address]), z.array(addressParam).max(ALTERNATIVES_MAX)], { error: 'address: an address or a list of addresses is wanted' }).nullish(),
  topics: z
    .array(z.union([z.null(), hashParam.transform((topic) => [topic]), z.array(hashParam.nullable()).max(ALTERNATIVES_MAX)], { error: 'topics: each is a 32-byte value, a list of them, or null' }))
    .max(TOPICS_MAX, `at most ${TOPICS_MAX} topics`)
    .nullish(),
});

interface LogFilter {
  /** None: any. */
  readonly addresses: readonly Uint8Array[];
  /** Per position the values that will do; none: any. */
  readonly topics: readonly (readonly Uint8Array[])[];
}

/** Logs by address and topics. Only blocks that have logs are looked at, and of these only those whose filter matches. */
export const logMethods = {
  eth_getLogs: async (params, context) => {
    const [asked] = parseParams([filterParam], params);
    const filter: LogFilter = {
      addresses: asked.address ?? [],
      // null among a position's values means any, as in go-ethereum.
      topics: (asked.topics ?? []).map(withoutAny),
    };
    if (asked.blockHash != null) {
      if (asked.fromBlock != null || asked.toBlock != null) throw invalidParams('cannot specify both blockHash and fromBlock/toBlock, choose one or the other');
      const height = findHeight(context, { kind: 'hash', hash: asked.blockHash });
      if (height === undefined) throw serverError('unknown block');
      return searchLogs(context, filter, height, height);
    }
    const head = context.view.height;
    const from = asked.fromBlock?.kind === 'height' ? asked.fromBlock.height : head;
    const upTo = asked.toBlock?.kind === 'height' ? asked.toBlock.height : Math.max(head, from);
    if (from > upTo) throw invalidParams('invalid block range params');
    const to = Math.min(upTo, head);
    if (to - from + 1 > LOG_BLOCKS_MAX) throw limitExceeded(`block range is too large: ${to - from + 1} blocks, at most ${LOG_BLOCKS_MAX} can be searched at once`);
    return searchLogs(context, filter, from, to);
  },
} satisfies Record<string, ReadMethod>;

/** One position's values; none when any will do. */
function withoutAny(values: readonly (Uint8Array | null)[] | null): Uint8Array[] {
  if (values === null || values.some((value) => value === null)) return [];
  return values.filter((value) => value !== null);
}

async function searchLogs(context: ReadContext, filter: LogFilter, from: number, to: number): Promise<unknown[]> {
  const { keccak256 } = context.evm.crypto;
  const found: Found = { logs: [], bytes: 0, looked: 0 };
  for (let next = from; next <= to; ) {
    const page = context.view.state.range({ from: logsBloomKey(next), to: logsBloomKey(to + 1), limit: PAGE });
    for (const { key, value } of page) {
      const height = heightOfLogsBloomKey(key);
      next = height + 1;
      if (!bloomMatches(keccak256, value, filter)) continue;
      collectLogs(context, filter, height, found);
      if (found.logs.length > LOGS_MAX) throw limitExceeded(`query returned more than ${LOGS_MAX} logs: ask for fewer blocks, addresses or topics`);
      if (found.bytes > LOG_BYTES_MAX) throw limitExceeded(`query returned more than ${LOG_BYTES_MAX} bytes of logs: ask for fewer blocks, addresses or topics`);
      if (found.looked >= LOGS_PER_TURN) {
        found.looked = 0;
        await context.pause();
      }
    }
    if (page.length < PAGE) break;
    await context.pause();
  }
  return found.logs;
}

interface Found {
  readonly logs: unknown[];
  /** Of their data and topics. */
  bytes: number;
  /** Work since the last pause, in logs. */
  looked: number;
}

function collectLogs(context: ReadContext, filter: LogFilter, height: number, found: Found): void {
  const block = readBlock(context, height);
  let logsBefore = 0;
  for (const [index, { logs }] of receiptsAt(context.view.state, height).entries()) {
    const bytes = block.transactions[index];
    if (bytes === undefined) throw new Error(`block ${height} has no transaction ${index}`);
    const matching = logs.flatMap((log, at) => (logMatches(log, filter) ? [{ log, at }] : []));
    if (matching.length > 0) {
      const hash = context.evm.crypto.keccak256(bytes);
      for (const { log, at } of matching) {
        found.bytes += log.data.length + 32 * log.topics.length;
        // What is too much already need not be written down: the caller refuses it.
        if (found.bytes <= LOG_BYTES_MAX) found.logs.push(formatLog(log, { block, index, logsBefore }, hash, logsBefore + at));
      }
    }
    logsBefore += logs.length;
  }
  found.looked += logsBefore + LOGS_PER_BLOCK_READ;
}

function bloomMatches(keccak256: (bytes: Uint8Array) => Uint8Array, bloom: Uint8Array, { addresses, topics }: LogFilter): boolean {
  const mayHoldOne = (values: readonly Uint8Array[]): boolean => values.length === 0 || values.some((value) => bloomMayHold(keccak256, bloom, value));
  return mayHoldOne(addresses) && topics.every(mayHoldOne);
}

function logMatches(log: EvmLog, { addresses, topics }: LogFilter): boolean {
  if (addresses.length > 0 && !addresses.some((address) => bytesEqual(address, log.address))) return false;
  // A filter with more positions than the log has topics never matches, not even with "any".
  if (topics.length > log.topics.length) return false;
  return topics.every((values, position) => values.length === 0 || values.some((value) => bytesEqual(value, log.topics[position]!)));
}
