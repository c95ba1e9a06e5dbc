import { createLedgerHost } from '../core/host';
import type { FinalAnswer, Finality, GenesisSpec, LedgerHost, PeerLink, SubmitAnswer } from '../core/host-types';
import { createInProcessNetwork } from '../core/in-process-network';
import type { Framework } from '../core/framework';
import { LedgerError } from '../core/errors';
import type { PeerKeys } from '../core/peer-keys';
import type { LedgerStorage } from '../core/storage';
import { chainId, timeMs, type ChainId } from '../core/types';
import { createEmbeddedOrdering } from '../ordering/embedded/embedded-ordering';
import { createMemoryKeys } from '../storage/memory/memory-keys';
import { createMemoryStorage } from '../storage/memory/memory-storage';
import { counterFramework, encodeCounterTransaction, type CounterTransaction } from './counter-framework';
import { createManualPorts, TEST_EPOCH_MS, type ManualPorts } from './manual-ports';

export const TEST_CHAIN: ChainId = chainId('tide-4417');

/** One city node of a test: its host, and the handles to disturb it. */
export interface TestNode {
  readonly name: string;
  readonly host: LedgerHost;
  readonly storage: LedgerStorage;
  readonly keys: PeerKeys;
  readonly manual: ManualPorts;
  /** Cuts the node's link: its calls fail and its bells are not heard; a bell it hears makes it fetch in vain. */
  away: boolean;
  /** Replaces what the node's link brings. */
  tamper: ((records: readonly Uint8Array[]) => readonly Uint8Array[]) | undefined;
}

export interface TestNodesOptions {
  readonly count: number;
  readonly frameworks?: readonly Framework[];
  /** Storage of node number `at`; memory by default. */
  readonly storage?: (at: number, manual: ManualPorts) => Promise<LedgerStorage> | LedgerStorage;
  readonly keys?: (at: number) => PeerKeys;
}

/** City nodes of one process that reach each other by function calls. Node 0 orders. */
export async function createTestNodes({ count, frameworks = [counterFramework], storage = () => createMemoryStorage(), keys = () => createMemoryKeys() }: TestNodesOptions): Promise<TestNode[]> {
  const network = createInProcessNetwork();
  const nodes: TestNode[] = [];
  for (let at = 0; at < count; at += 1) {
    const manual = createManualPorts();
    const { link, enter } = network.connect();
    const name = `C${at}`;
    const parts = { name, storage: await storage(at, manual), keys: keys(at), manual };
    const disturbed: PeerLink = {
      announce: (chain, height) => {
        if (!node.away) link.announce(chain, height);
      },
      fetchBlocks: async (chain, from, limit, skip) => {
        if (node.away) throw new LedgerError('peers-unreachable', { chain }, 'away');
        const records = await link.fetchBlocks(chain, from, limit, skip);
        return node.tamper?.(records) ?? records;
      },
      send: (chain, to, message) => {
        if (!node.away && !nodes.some((other) => other.name === to && other.away)) link.send(chain, to, message);
      },
      submit: async (chain, bytes, options) => {
        if (node.away) throw new LedgerError('peers-unreachable', { chain }, 'away');
        return link.submit(chain, bytes, options);
      },
    };
    const host = createLedgerHost({ storage: parts.storage, keys: parts.keys, ordering: createEmbeddedOrdering(), frameworks, link: disturbed, ports: manual.ports });
    const node: TestNode = { ...parts, host, away: false, tamper: undefined };
    enter(name, host);
    nodes.push(node);
  }
  return nodes;
}

/** One city node alone. */
export async function createTestNode(options: Omit<TestNodesOptions, 'count'> = {}): Promise<TestNode> {
  const [node] = await createTestNodes({ ...options, count: 1 });
  if (node === undefined) throw new Error('one node was asked for');
  return node;
}

/** The answer of a transaction that must be in a block by now. */
export function final(answer: SubmitAnswer): FinalAnswer {
  if (answer.state !== 'final') throw new Error(`the transaction is ${answer.state}`);
  return answer;
}

/** Keys and genesis of a sub-chain on all nodes. With solo finality node 0 orders, otherwise all do. */
export async function openTestChain(nodes: readonly Pick<TestNode, 'host'>[], chain: ChainId = TEST_CHAIN, config: unknown = {}, finality: Finality = 'solo'): Promise<GenesisSpec> {
  const identities = await Promise.all(nodes.map(({ host }) => host.createPeer(chain)));
  const peers = identities.map(({ publicKey }, at) => ({ name: `C${at}`, publicKey, orders: at === 0 || finality !== 'solo' }));
  const spec: GenesisSpec = { chain, framework: 'counter', config, time: timeMs(TEST_EPOCH_MS), finality, peers };
  await Promise.all(nodes.map(({ host }) => host.createChain(spec)));
  return spec;
}

let freeSequence = 0;

/** A counter transaction; without account it has no lane and is unlike every other. */
export function add(counter: string, amount: number, lane: Partial<Pick<CounterTransaction, 'account' | 'sequence'>> = {}): Uint8Array {
  freeSequence += 1;
  return encodeCounterTransaction({ account: lane.account ?? '', sequence: lane.sequence ?? freeSequence, counter, add: amount });
}

export async function readCounter(host: LedgerHost, counter: string, chain: ChainId = TEST_CHAIN): Promise<unknown> {
  return host.query(chain, { counter }, new AbortController().signal);
}

/** Lets everything that is under way come to rest. */
export async function rest(turns = 200): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}
