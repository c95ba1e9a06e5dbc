import { LedgerError } from '../../core/errors';
import type { Ordering } from '../../core/ordering';
import type { ChainId, Hash, TimeMs } from '../../core/types';
import { ChainQueue } from './chain-queue';
import { DrainRate } from './drain-rate';

export const CHAIN_QUEUE_MAX = 1_000;
export const PROCESS_QUEUE_MAX = 50_000;
/** Held transactions may fill this much of a chain's queue, so that gaps never lock out what could run. */
export const CHAIN_HELD_MAX = 500;
/** A full process looks for held transactions that waited too long no more often. */
const EXPIRE_PAUSE_MS = 1_000;

/** Shared by all hosts of a process: how many transactions wait in it. */
export interface QueueBudget {
  readonly max: number;
  used: number;
  /** How fast they leave. */
  readonly drain: DrainRate;
}

export function createQueueBudget(max = PROCESS_QUEUE_MAX): QueueBudget {
  return { max, used: 0, drain: new DrainRate() };
}

/** Orders in memory: what arrives first goes first; agreement on it is the consensus's. Never buffers beyond its limits. */
export function createEmbeddedOrdering(budget: QueueBudget = createQueueBudget()): Ordering {
  const queues = new Map<ChainId, ChainQueue>();
  let listener: (chain: ChainId) => void = () => undefined;

  /** Runs a change and keeps the process-wide count right. */
  function counted<T>(chain: ChainId, queue: ChainQueue, change: () => T): T {
    const before = queue.size;
    try {
      return change();
    } finally {
      budget.used += queue.size - before;
      if (queue.size === 0) queues.delete(chain);
      else queues.set(chain, queue);
    }
  }

  let onExpired: (chain: ChainId, ids: readonly Hash[]) => void = () => undefined;
  let expiredAt: TimeMs | undefined;

  function expire(chain: ChainId, queue: ChainQueue, now: TimeMs): void {
    if (queue.held === 0) return;
    const ids = counted(chain, queue, () => queue.expire(now));
    if (ids.length > 0) onExpired(chain, ids);
  }

  function expireAll(now: TimeMs): void {
    expiredAt = now;
    for (const [chain, queue] of queues) expire(chain, queue, now);
  }

  /** What waits in vain in other chains' queues goes before it keeps anything out; each refusal looking at all of them would cost too much. */
  function makeRoom(now: TimeMs): void {
    if (budget.used < budget.max) return;
    if (expiredAt === undefined || Math.abs(now - expiredAt) >= EXPIRE_PAUSE_MS) expireAll(now);
  }

  return {
    place: async (chain, transaction, now) => {
      makeRoom(now);
      const queue = queues.get(chain) ?? new ChainQueue();
      const wasReady = queue.ready > 0;
      expire(chain, queue, now);
      const placement = counted(chain, queue, () => {
        queue.drain.look(now);
        budget.drain.look(now);
        const isAhead = transaction.lane !== undefined && transaction.lane.sequence > transaction.lane.next;
        if (queue.size >= CHAIN_QUEUE_MAX || (isAhead && queue.held >= CHAIN_HELD_MAX)) throw full(chain, queue.drain.retryAfterMs(queue.size, now));
        if (budget.used >= budget.max) throw full(chain, budget.drain.retryAfterMs(budget.used, now));
        return queue.place(transaction, now);
      });
      // Whoever hears it finds what it was rung for.
      if (!wasReady && queue.ready > 0) listener(chain);
      return placement;
    },
    onReady: (next) => {
      listener = next;
    },
    onExpired: (next) => {
      onExpired = next;
    },
    expire: expireAll,
    cut: (chain, caps) => queues.get(chain)?.cut(caps) ?? [],
    settle: (chain, ids) => {
      const queue = queues.get(chain);
      if (queue === undefined) return;
      const before = queue.size;
      counted(chain, queue, () => queue.settle(ids));
      budget.drain.leave(before - queue.size);
    },
    ready: (chain) => queues.get(chain)?.ready ?? 0,
    takeHeld: (chain) => {
      const queue = queues.get(chain);
      return queue === undefined || queue.held === 0 ? [] : counted(chain, queue, () => queue.takeHeld());
    },
    queued: (chain) => queues.get(chain)?.size ?? 0,
    queuedBytes: (chain) => queues.get(chain)?.bytes ?? 0,
    forget: (chain) => {
      budget.used -= queues.get(chain)?.size ?? 0;
      queues.delete(chain);
    },
  };
}

function full(chain: ChainId, retryAfterMs: number): LedgerError<'queue-full'> {
  return new LedgerError('queue-full', { chain, retryAfterMs }, `Too many transactions are waiting, so that ${chain} takes no more; try again in ${retryAfterMs} ms.`);
}
