import { createLedgerHost } from '../core/host';
import type { FinalAnswer, GenesisSpec, LedgerHost } from '../core/host-types';
import { createInProcessNetwork } from '../core/in-process-network';
import { sha256Hex } from '../core/crypto';
import type { PeerKeys } from '../core/peer-keys';
import { height } from '../core/types';
import { createEmbeddedOrdering } from '../ordering/embedded/embedded-ordering';
import type { FilePort } from '../storage/disk/file-port';
import { createMemoryKeys } from '../storage/memory/memory-keys';
import { counterFramework } from './counter-framework';
import { createManualPorts } from './manual-ports';
import { createMemoryIndex, type MemoryIndex } from './memory-index';
import { openTestStorage } from './open-test-storage';
import { createPowerCutFiles, type PowerCutFiles } from './power-cut-files';
import { createRandom, type Random } from './random';
import { add, openTestChain, readCounter, rest, TEST_CHAIN } from './test-nodes';

export interface HostPowerCutRun {
  readonly seed: number;
  readonly nodes: number;
  readonly cuts: number;
  /** What lies between the storages and their disks: a planted bug. */
  readonly wrap?: (files: FilePort) => FilePort;
}

/** What survives a cut of one city node, and what does not. */
interface Node {
  readonly name: string;
  files: PowerCutFiles;
  index: MemoryIndex;
  readonly keys: PeerKeys;
  host: LedgerHost | undefined;
  leave: () => void;
}

const COUNTERS = 4;

/**
 * City nodes with a peer each of one sub-chain, under load; again and again the power of some or all of them goes. At
 * the end everything that was answered must stand in the chain at its place, once, on every peer alike. Throws when not.
 */
export async function runHostPowerCuts({ seed, nodes: count, cuts, wrap = (files) => files }: HostPowerCutRun): Promise<{ answered: number; height: number }> {
  const random = createRandom(seed);
  let network = createInProcessNetwork();
  const nodes = Array.from({ length: count }, (_, at): Node => ({ name: `C${at}`, files: createPowerCutFiles(), index: createMemoryIndex(), keys: createMemoryKeys(), host: undefined, leave: () => undefined }));
  const answers: { readonly answer: FinalAnswer; readonly id: string }[] = [];

  const start = async (node: Node): Promise<LedgerHost> => {
    const manual = createManualPorts();
    const storage = await openTestStorage({ directory: '/ledger', files: wrap(node.files), index: node.index, manual, segmentBytesMax: random.pick([2_000, 20_000]) });
    const { link, enter } = network.connect();
    const host = createLedgerHost({ storage, keys: node.keys, ordering: createEmbeddedOrdering(), frameworks: [counterFramework], link, ports: manual.ports });
    node.host = host;
    node.leave = enter(node.name, host);
    return host;
  };

  for (const node of nodes) await start(node);
  const genesis = await openTestChain(nodes.map((node) => ({ host: required(node.host) })));
  for (let cut = 0; cut < cuts; cut += 1) {
    const victims = random.chance(0.3) ? nodes : [random.pick(nodes)];
    for (const victim of victims) victim.files.cutAfter(1 + random.below(60));
    await load(nodes, victims, answers, random);
    for (const node of random.chance(0.5) ? nodes : victims) {
      // The power went for this node, or its process was killed on the way: either way a new one opens what is there.
      node.leave();
      node.files = node.files.restart(random);
      node.index = node.index.cut(random.chance(0.5));
      await reopen(start, node, genesis);
    }
  }
  network = createInProcessNetwork();
  for (const node of nodes) {
    node.leave();
    node.files = node.files.restart(random);
    node.index = node.index.cut(true);
    await reopen(start, node, genesis);
  }
  return { answered: answers.length, height: await judge(nodes, answers) };
}

/** Opens the node again; a peer whose genesis had not become durable is given it again, as a repeated step would. */
async function reopen(start: (node: Node) => Promise<LedgerHost>, node: Node, genesis: GenesisSpec): Promise<void> {
  const host = await start(node);
  await host.createChain(genesis);
}

async function load(nodes: readonly Node[], victims: readonly Node[], answers: { answer: FinalAnswer; id: string }[], random: Random): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    const host = required(random.pick(nodes).host);
    const bytes = add(`c${random.below(COUNTERS)}`, 1);
    host.submit(TEST_CHAIN, bytes).then(
      (answer) => {
        if (answer.state === 'final') answers.push({ answer, id: sha256Hex(bytes) });
      },
      // Refused, or the power went: then nobody was told anything.
      () => undefined,
    );
    await rest(random.below(40));
    if (victims.every((victim) => victim.files.isCut)) break;
  }
  await rest();
}

async function judge(nodes: readonly Node[], answers: readonly { answer: FinalAnswer; id: string }[]): Promise<number> {
  const orderer = required(nodes[0]?.host);
  for (const node of nodes) {
    const status = required(node.host).peerStatus(TEST_CHAIN);
    if (status.state !== 'running') throw new Error(`a peer is ${status.state}: ${status.stopped?.reason ?? ''}`);
    await required(node.host).catchUp(TEST_CHAIN);
  }
  const head = orderer.head(TEST_CHAIN);
  const places = new Map<string, string>();
  for (let at = 1; at <= head.height; at += 1) {
    orderer.blockAt(TEST_CHAIN, height(at))?.transactions.forEach((bytes, index) => {
      const id = sha256Hex(bytes);
      if (places.has(id)) throw new Error(`transaction ${id} stands in the chain twice`);
      places.set(id, `${at}/${index}`);
    });
  }
  for (const { answer, id } of answers) {
    if (places.get(id) !== `${answer.height}/${answer.index}`) throw new Error(`answered at ${answer.height}/${answer.index}, found at ${places.get(id) ?? 'no place'}`);
    if (orderer.blockAt(TEST_CHAIN, answer.height)?.hash !== answer.blockHash) throw new Error(`block ${answer.height} is another than the one answered`);
  }
  let sum = 0;
  for (let counter = 0; counter < COUNTERS; counter += 1) {
    const values = await Promise.all(nodes.map((node) => readCounter(required(node.host), `c${counter}`)));
    if (new Set(values.map((value) => JSON.stringify(value))).size !== 1) throw new Error(`the peers read ${JSON.stringify(values)}`);
    sum += (values[0] as { value: number }).value;
  }
  if (sum !== places.size) throw new Error(`${places.size} transactions in the chain, but the counters say ${sum}`);
  return head.height;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the test lost a node');
  return value;
}
