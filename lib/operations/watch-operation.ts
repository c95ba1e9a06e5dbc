import { once } from 'node:events';
import { withTimeLimit } from '@/lib/platform/pure/time-limit';
import { isFinalOperation, type OperationView } from './client';
import { subscribeProgress } from './subscribe-progress';
import { getOperation, type OperationScope } from './queries';

/** Looked at this often also when Redis says nothing. */
const pollMsDefault = 2_000;

/**
 * The operation as it is now and after each change, until it is final or `signal` is aborted. A reader that is slow
 * skips versions in between, never the last. Throws NOT_FOUND like `getOperation`.
 */
export async function* watchOperation(operationId: string, signal: AbortSignal, scope: OperationScope, pollMs: number = pollMsDefault): AsyncGenerator<OperationView> {
  const changes = new EventTarget();
  let changed = false;
  const unsubscribe = subscribeProgress(operationId, () => {
    changed = true;
    changes.dispatchEvent(new Event('change'));
  });
  try {
    let version = -1;
    while (!signal.aborted) {
      changed = false;
      const view = await getOperation(operationId, scope);
      if (view.version > version) yield view;
      version = view.version;
      if (isFinalOperation(view.state)) return;
      if (!changed) await changeOrPoll(changes, signal, pollMs);
    }
  } finally {
    unsubscribe();
  }
}

async function changeOrPoll(changes: EventTarget, signal: AbortSignal, pollMs: number): Promise<void> {
  await withTimeLimit(pollMs, signal, async (limited) => {
    try {
      await once(changes, 'change', { signal: limited });
    } catch (error) {
      if (!limited.aborted) throw error;
    }
  });
}
