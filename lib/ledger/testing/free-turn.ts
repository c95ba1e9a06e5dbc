import type { Turn } from '../core/turn';

/** A turn that nobody waits for, for tests of what runs in one. */
export const freeTurn: Turn = { isAwaited: false, isEnough: () => false, aside: (wait) => wait(), elsewhere: (wait) => wait(), spentOnWorker: () => undefined };
