import { assert } from '@/lib/platform/pure/assert';
import type { ExecutedBlock, FrameworkInstance } from './framework';
import type { StateReader, StateWrite } from './storage';

/** Everything that a block changes on this peer: what it changes on all, then what of the peer's own keys. */
export function writesOnThisPeer(instance: Pick<FrameworkInstance, 'localKeysFrom'>, { writes, localWrites }: Pick<ExecutedBlock, 'writes' | 'localWrites'>, state: StateReader): readonly StateWrite[] {
  const own = localWrites?.(state) ?? [];
  checkLocalKeys(instance, own);
  const last = writes.at(-1);
  assert(last === undefined || !isLocal(instance, last.key), 'a block changes no key that is the peer’s own');
  // Sorted: own keys come after all others.
  return own.length === 0 ? writes : [...writes, ...own];
}

/** Throws (a broken invariant) unless all are the peer's own. */
export function checkLocalKeys(instance: Pick<FrameworkInstance, 'localKeysFrom'>, writes: readonly StateWrite[]): void {
  const [first] = writes;
  assert(first === undefined || isLocal(instance, first.key), 'what a peer keeps for itself lies under keys of its own');
}

function isLocal({ localKeysFrom }: Pick<FrameworkInstance, 'localKeysFrom'>, key: Uint8Array): boolean {
  return localKeysFrom !== undefined && (key[0] ?? 0) >= localKeysFrom;
}
