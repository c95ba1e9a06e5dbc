import type { Caller } from '@/lib/access-keys';
import { setTimeout as delay } from 'node:timers/promises';
import { getLogger, isAppError } from '@/lib/platform';
import type { LedgerPage } from './client';
import { getLedgerPage } from './get-ledger-page';
import { openLedgerReader } from './open-ledger-reader';

const blocksMax = 10;
/** Pages in a second at most: a busy sub-chain seals hundreds of blocks in that time. */
const pageMsMin = 250;
/** Wait while the city node is away. */
const retryMs = 2_000;

/**
 * The ledger as it is now, and again after each new block, until `signal` is aborted. A city node that is away is
 * waited for. @throws AppError NOT_FOUND, FORBIDDEN, CONFLICT before the first page
 */
export async function* watchLedger(caller: Caller, applicationId: string, signal: AbortSignal): AsyncGenerator<LedgerPage> {
  const reader = await openLedgerReader(caller, applicationId);
  let height = -1;
  while (!signal.aborted) {
    try {
      const startedAt = Date.now();
      if ((await reader.waitForHeight(height, signal)) <= height) continue;
      const page = await getLedgerPage(caller, applicationId, { limit: blocksMax });
      height = page.height;
      yield page;
      await delay(Math.max(0, pageMsMin - (Date.now() - startedAt)), undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      if (!isAppError(error) || !error.retryable) throw error;
      getLogger().debug({ applicationId, err: error }, 'ledger cannot be watched just now');
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
