import { createMemoryStorage } from '../storage/memory/memory-storage';
import type { Finality } from '../core/host-types';
import type { LedgerStorage } from '../core/storage';
import { largeStateFramework } from './large-state';
import type { ManualPorts } from './manual-ports';
import { at, status } from './test-city';
import { add, createTestNodes, openTestChain, passTime, rest, TEST_CHAIN, type TestNode } from './test-nodes';

export interface JoinCityOptions {
  readonly count: number;
  readonly finality: Finality;
  /** That the last node lags by. */
  readonly blocks: number;
  /** Entries of 40 KiB in the state. */
  readonly entries?: number;
  /** Of the last node. */
  readonly storage?: (manual: ManualPorts) => Promise<LedgerStorage> | LedgerStorage;
}

export const JOIN_GAP = 5;

/** City nodes whose last one lags by more blocks than it would replay, and has not begun to catch up. */
export async function joinCity({ count, finality, blocks, entries = 0, storage }: JoinCityOptions): Promise<{ nodes: TestNode[]; late: TestNode; others: TestNode[] }> {
  const isLate = (which: number): boolean => which === count - 1;
  const nodes = await createTestNodes({
    count,
    snapshotGap: JOIN_GAP,
    frameworks: [largeStateFramework(entries)],
    storage: (which, manual) => (isLate(which) && storage !== undefined ? storage(manual) : createMemoryStorage()),
  });
  await openTestChain(nodes, TEST_CHAIN, {}, finality);
  await rest();
  const [late, others] = [at(nodes, count - 1), nodes.slice(0, -1)];
  // Stopped, it hears no bell.
  await late.host.stopChain(TEST_CHAIN, 'it is to lag');
  for (let block = 0; block < blocks; block += 1) {
    const answer = at(others, 0).host.submit(TEST_CHAIN, add(`c${block % 3}`, 1));
    await passTime(nodes, 1_500);
    await answer;
  }
  await late.host.startChain(TEST_CHAIN);
  return { nodes, late, others };
}

/** Hears how far the others are, and lets it catch up while all clocks move. */
export async function catchUpJoining(nodes: readonly TestNode[], late: TestNode, ms = 6_000): Promise<void> {
  late.host.announced(TEST_CHAIN, at(nodes, 0).host.head(TEST_CHAIN).height);
  const caught = late.host.catchUp(TEST_CHAIN);
  caught.catch(() => undefined);
  await passTime(nodes, ms);
  await caught;
}

export function hasJoined(node: TestNode): boolean {
  return node.manual.log.some(({ event }) => event === 'joined from a snapshot');
}

/** Every entry of a node's state, as text. */
export function stateOf(node: TestNode): string {
  const state = node.storage.open(TEST_CHAIN)?.state.range({ from: new Uint8Array(0), to: Uint8Array.of(0xff), limit: 1_000_000 }) ?? [];
  return state.map(({ key, value }) => `${Buffer.from(key).toString()} ${Buffer.from(value).toString('base64')}`).join('\n');
}

export function heightOf(node: TestNode): number {
  return status(node).height;
}
