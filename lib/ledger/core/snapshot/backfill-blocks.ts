import { CodecError } from '../codec';
import { isLedgerError } from '../errors';
import type { PeerLink } from '../host-types';
import { readBlock } from '../peer';
import type { MachinePorts } from '../ports';
import type { ChainStorage } from '../storage';
import type { HostTurns } from '../host-turns';
import { height, type Hash } from '../types';
import { pause } from './pause';
import { takeNamed, withoutAttestation } from './prove-rules';

export interface BackfillOptions {
  readonly storage: ChainStorage;
  readonly link: PeerLink;
  readonly turns: Pick<HostTurns, 'run'>;
  readonly ports: MachinePorts;
  readonly signal: AbortSignal;
}

const BLOCKS_MAX = 64;
/** Sources have a limit in bytes, too: what they give of so many blocks may end before the one that is needed first. */
const SOURCES = 8;
/** Between two pages, so that it disturbs nobody: at most some 600 blocks a second. */
const PAUSE_MS = 100;
const FAILURE_PAUSE_MS = 2_000;
const FAILURE_PAUSE_MS_MAX = 60_000;

/**
 * Fetches the blocks below a chain's first one, downwards: each must have the hash that the one above it names, which is
 * all that there is to check; nothing is executed. One turn a block, and goes on where it was after a restart. Ends with
 * the last block, or the signal.
 */
export async function backfillBlocks(options: BackfillOptions): Promise<void> {
  const { storage, ports, signal } = options;
  let count = BLOCKS_MAX;
  let skip = 0;
  let failures = 0;
  while (storage.firstHeight > 0 && !signal.aborted) {
    try {
      const done = await fillPage(options, count, skip);
      if (done === 'too-short' && count > 1) count = Math.ceil(count / 2);
      else if (done !== 'filled') throw new CodecError(`no peer gives block ${storage.firstHeight - 1}`);
      else [count, failures] = [Math.min(BLOCKS_MAX, 2 * count), 0];
      await pause(ports, PAUSE_MS, signal);
    } catch (error) {
      // The disk takes no more, or nobody needs it any more.
      if (signal.aborted || isLedgerError(error, 'storage-failed')) return;
      skip += 1;
      failures += 1;
      if (failures === 1 || failures % 100 === 0) ports.logger.warn({ chain: storage.chain, height: storage.firstHeight - 1, reason: error instanceof Error ? error.message : 'unknown' }, 'older blocks cannot be fetched; they are asked for again');
      // Another source at once, until all were asked.
      const pauseMs = failures % SOURCES === 0 ? Math.min(FAILURE_PAUSE_MS_MAX, FAILURE_PAUSE_MS * 2 ** Math.min(6, failures / SOURCES)) : PAUSE_MS;
      await pause(ports, pauseMs, signal).catch(() => undefined); // the signal: seen by the loop
    }
  }
}

async function fillPage({ storage, link, turns, signal }: BackfillOptions, count: number, skip: number): Promise<'filled' | 'too-short' | 'nothing'> {
  const upTo = storage.firstHeight - 1;
  const from = Math.max(1, upTo - count + 1);
  const records = (await link.fetchBlocks(storage.chain, height(from), upTo - from + 1, skip)).slice(0, upTo - from + 1);
  signal.throwIfAborted();
  if (records.length === 0) return 'nothing';
  if (records.length < upTo - from + 1) return 'too-short';
  let refusal: { readonly cause: unknown } | undefined;
  let wanted: Hash = readBlock(storage, upTo + 1).header.previousHash;
  for (let at = upTo; at >= from; at -= 1) {
    await turns.run(storage.chain, async () => {
      signal.throwIfAborted();
      if (refusal !== undefined) throw refusal.cause;
      const record = records[at - from];
      if (record === undefined) return;
      const block = takeNamed(record, wanted);
      // Several share a sync; the last one is awaited.
      const filled = storage.fillBlock(height(at), withoutAttestation(block));
      wanted = block.header.previousHash;
      if (at === from || at % 8 === 0) await filled;
      else filled.catch((cause: unknown) => (refusal = { cause }));
    });
  }
  return 'filled';
}
