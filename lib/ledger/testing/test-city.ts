import type { Framework } from '../core/framework';
import type { FinalAnswer, Finality, PeerStatus } from '../core/host-types';
import { add, createTestNodes, final, openTestChain, passTime, rest, TEST_CHAIN, type TestNode } from './test-nodes';

/** City nodes with one sub-chain on all of them, at rest. */
export async function city(count: number, finality: Finality, frameworks?: readonly Framework[]): Promise<TestNode[]> {
  const nodes = await createTestNodes({ count, ...(frameworks === undefined ? {} : { frameworks }) });
  await openTestChain(nodes, TEST_CHAIN, {}, finality);
  await rest();
  return nodes;
}

export function status(node: TestNode): PeerStatus {
  return node.host.peerStatus(TEST_CHAIN);
}

export function at(nodes: readonly TestNode[], index: number): TestNode {
  const node = nodes[index];
  if (node === undefined) throw new Error(`there is no node ${index}`);
  return node;
}

export function validatorsOf(nodes: readonly TestNode[]): { name: string; publicKey: Uint8Array }[] {
  return nodes.map((node) => ({ name: node.name, publicKey: status(node).publicKey }));
}

/** Hands a transaction to one of them and lets so much time pass that it is final. */
export async function submitAt(nodes: readonly TestNode[], index: number): Promise<FinalAnswer> {
  const answer = at(nodes, index).host.submit(TEST_CHAIN, add('c', 1));
  await passTime(nodes, 4_000);
  return final(await answer);
}
