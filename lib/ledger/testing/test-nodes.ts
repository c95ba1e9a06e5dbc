import { createLedgerHost } from '../core/host';
import type { FinalAnswer, Finality, GenesisSpec, LedgerHost, PeerLink, SubmitAnswer } from '../core/host-types';
import { createInProcessNetwork, type InProcessNetwork } from '../core/in-process-network';
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
  tamper: ((records: readonly Uint8Array[]) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>) | undefined;
  /** Replaces what the node's link brings of a peer's snapshots; undefined leaves it. */
  tamperSnapshot: SnapshotTamper | undefined;
}

export interface SnapshotTamper {
  readonly answer?: (peer: string, answer: Uint8Array) => Uint8Array | undefined;
  readonly range?: (peer: string, range: Uint8Array, index: number) => Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

export interface TestNodesOptions {
  readonly count: number;
  readonly frameworks?: readonly Framework[];
  /** Storage of node number `at`; memory by default. */
  readonly storage?: (at: number, manual: ManualPorts) => Promise<LedgerStorage> | LedgerStorage;
  readonly keys?: (at: number) => PeerKeys;
  /** See `LedgerHostSockets`. */
  readonly snapshotGap?: number;
}

/** City nodes of one process that reach each other by function calls. With solo finality node 0 orders. */
export async function createTestNodes({ count, frameworks = [counterFramework], storage = () => createMemoryStorage(), keys = () => createMemoryKeys(), snapshotGap }: TestNodesOptions): Promise<TestNode[]> {
  const network = createInProcessNetwork();
  const away = new Set<string>();
  const nodes: TestNode[] = [];
  for (let at = 0; at < count; at += 1) {
    const manual = createManualPorts();
    nodes.push(openTestNode({ name: `C${at}`, storage: await storage(at, manual), keys: keys(at), manual, network, away, frameworks, snapshotGap }));
  }
  return nodes;
}

type NodeParts = Pick<TestNode, 'name' | 'storage' | 'keys' | 'manual'> & { readonly network: InProcessNetwork; readonly away: Set<string>; readonly frameworks: readonly Framework[]; readonly snapshotGap: number | undefined };

const partsOf = new WeakMap<TestNode, NodeParts & { readonly leave: () => void }>();

function openTestNode(parts: NodeParts): TestNode {
  const { name, storage, keys, manual, network, away, frameworks, snapshotGap } = parts;
  const { link, enter } = network.connect();
  const unreachable = (chain: ChainId): LedgerError => new LedgerError('peers-unreachable', { chain }, 'away');
  let isGone = false;
  const disturbed: PeerLink = {
    announce: (chain, height) => {
      if (!isGone && !away.has(name)) link.announce(chain, height);
    },
    fetchBlocks: async (chain, from, limit, skip) => {
      if (isGone || away.has(name)) throw unreachable(chain);
      const records = await link.fetchBlocks(chain, from, limit, skip);
      return node.tamper?.(records) ?? records;
    },
    peers: (chain) => (isGone ? [] : link.peers(chain)),
    askSnapshot: async (chain, peer, height) => {
      if (isGone || away.has(name) || away.has(peer)) throw unreachable(chain);
      const answer = await link.askSnapshot(chain, peer, height);
      return node.tamperSnapshot?.answer?.(peer, answer) ?? answer;
    },
    fetchRange: async (chain, peer, height, index) => {
      if (isGone || away.has(name) || away.has(peer)) throw unreachable(chain);
      const range = await link.fetchRange(chain, peer, height, index);
      return (await node.tamperSnapshot?.range?.(peer, range, index)) ?? range;
    },
    send: (chain, to, message) => {
      if (!isGone && !away.has(name) && !away.has(to)) link.send(chain, to, message);
    },
    submit: async (chain, bytes, options) => {
      if (isGone || away.has(name)) throw unreachable(chain);
      return link.submit(chain, bytes, options);
    },
  };
  const host = createLedgerHost({ storage, keys, ordering: createEmbeddedOrdering(), frameworks, link: disturbed, ports: manual.ports, ...(snapshotGap === undefined ? {} : { snapshotGap }) });
  const node: TestNode = {
    name,
    host,
    storage,
    keys,
    manual,
    tamper: undefined,
    tamperSnapshot: undefined,
    get away() {
      return away.has(name);
    },
    set away(isAway) {
      if (isAway) away.add(name);
      else away.delete(name);
    },
  };
  const leave = enter(name, host);
  partsOf.set(node, {
    ...parts,
    leave: () => {
      isGone = true;
      leave();
    },
  });
  return node;
}

/**
 * The node's process ends and another one opens what it left, its timers forgotten. `isAbrupt`: it is not asked to
 * finish anything; what it still says is heard by nobody.
 */
export async function restartTestNode(node: TestNode, { isAbrupt = false, frameworks, storage }: { isAbrupt?: boolean; frameworks?: readonly Framework[]; storage?: LedgerStorage } = {}): Promise<TestNode> {
  const parts = partsOf.get(node);
  if (parts === undefined) throw new Error('the node was made here');
  parts.leave();
  node.manual.forgetTasks();
  if (!isAbrupt) for (const chain of node.host.chains()) await node.storage.open(chain)?.setNote('restarted', undefined);
  await rest(5);
  const again = openTestNode({ ...parts, frameworks: frameworks ?? parts.frameworks, storage: storage ?? parts.storage });
  // Validators begin with their first use.
  for (const chain of again.host.chains()) if (again.host.has(chain) && again.host.peerStatus(chain).headHash !== undefined) again.host.head(chain);
  return again;
}

/** Moves all clocks together, in small steps, letting everything rest in between. */
export async function passTime(nodes: readonly TestNode[], ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    for (const node of nodes) node.manual.advance(50);
    await rest();
  }
}

/** So long that a peer which nobody uses goes back to its head record; looking at it uses it. */
export async function letRest(nodes: readonly TestNode[]): Promise<void> {
  for (let period = 0; period < 3; period += 1) {
    for (const node of nodes) node.manual.advance(30_000);
    await rest();
  }
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
export async function openTestChain(nodes: readonly Pick<TestNode, 'host'>[], chain: ChainId = TEST_CHAIN, config: unknown = {}, finality: Finality = 'solo', framework = 'counter'): Promise<GenesisSpec> {
  const identities = await Promise.all(nodes.map(({ host }) => host.createPeer(chain)));
  const peers = identities.map(({ publicKey }, at) => ({ name: `C${at}`, publicKey, orders: at === 0 || finality !== 'solo' }));
  const spec: GenesisSpec = { chain, framework, config, time: timeMs(TEST_EPOCH_MS), finality, peers };
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
