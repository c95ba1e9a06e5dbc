import { createLedgerHost } from '../core/host';
import type { LedgerHost } from '../core/host-types';
import { createInProcessNetwork } from '../core/in-process-network';
import { createEmbeddedOrdering } from '../ordering/embedded/embedded-ordering';
import { openDiskKeys } from '../storage/disk/disk-keys';
import type { FilePort } from '../storage/disk/file-port';
import { counterFramework } from './counter-framework';
import { ChainStory, COUNTERS, type StoryNode } from './host-power-cut-story';
import { createManualPorts, type ManualPorts } from './manual-ports';
import { createMemoryIndex, type MemoryIndex } from './memory-index';
import { openTestStorage } from './open-test-storage';
import { createPowerCutFiles, type PowerCutFiles } from './power-cut-files';
import { createRandom, type Random } from './random';
import { add, rest } from './test-nodes';

export interface HostPowerCutRun {
  readonly seed: number;
  readonly nodes: number;
  readonly cuts: number;
  /** What lies between the host and its disk: a planted bug. */
  readonly wrap?: (files: FilePort) => FilePort;
}

export interface HostPowerCutOutcome {
  /** Transactions that were answered, peers' keys and ledgers that were said to be there. */
  readonly answered: number;
  readonly keys: number;
  readonly genesis: number;
}

/** What survives a cut of one city node, and what does not. */
interface Node extends StoryNode {
  files: PowerCutFiles;
  manual: ManualPorts;
  index: MemoryIndex;
  leave: () => void;
}

const CHAINS_MAX = 4;
const STEPS = 60;
/** Three nodes are enough for both. */
const FINALITIES = ['solo', 'crash'] as const;
/** Of 200 ms each. */
const CALM_STEPS = 300;
const ROOM_MAX = 3_000;

/**
 * City nodes with a peer each of several sub-chains, under load, while further sub-chains are opened; again and again
 * the power of some or all of the nodes goes. What was acknowledged must be there after each cut: keys, genesis blocks;
 * and at the end every answered transaction at its place, once, on every peer alike. Throws when not.
 */
export async function runHostPowerCuts({ seed, nodes: count, cuts, wrap = (files) => files }: HostPowerCutRun): Promise<HostPowerCutOutcome> {
  const random = createRandom(seed);
  const network = createInProcessNetwork();
  const nodes = Array.from({ length: count }, (_, at): Node => ({ name: `C${at}`, files: createPowerCutFiles(), index: createMemoryIndex(), manual: createManualPorts(), life: 0, host: undefined, leave: () => undefined }));
  const stories = [new ChainStory(0, random.pick(FINALITIES))];

  const start = async (node: Node): Promise<void> => {
    const manual = createManualPorts();
    // All clocks show the same.
    manual.setClock(node.manual.ports.now());
    node.manual = manual;
    const files = wrap(node.files);
    const newSalt = (): Uint8Array => Uint8Array.from(random.bytes(16));
    const keys = await openDiskKeys({ files, directory: '/ledger/keys', keyEncryptionKey: new Uint8Array(32).fill(7), newSalt, schedule: manual.ports.schedule, logger: manual.ports.logger, segmentBytesMax: random.pick([700, 20_000]), roomBytes: random.pick([0, 300]) });
    const storage = await openTestStorage({ directory: '/ledger', files, index: node.index, manual, segmentBytesMax: random.pick([2_000, 20_000]), roomBytes: random.pick([0, 4_000]) });
    const { link, enter } = network.connect();
    node.host = createLedgerHost({ storage, keys, ordering: createEmbeddedOrdering(), frameworks: [counterFramework], link, ports: manual.ports });
    node.leave = enter(node.name, node.host);
  };
  const restart = async (node: Node, keepIndex: boolean): Promise<void> => {
    // The power went for this node, or its process was killed on the way: either way a new one opens what is there.
    node.leave();
    node.life += 1;
    node.files = node.files.restart(random);
    node.index = node.index.cut(keepIndex);
    await start(node);
    await Promise.all(stories.map((story) => story.checkAfterCut(node)));
  };

  for (const node of nodes) await start(node);
  for (let cut = 0; cut < cuts; cut += 1) {
    const victims = random.chance(0.3) ? nodes : [random.pick(nodes)];
    for (const victim of victims) victim.files.cutAfter(1 + random.below(60));
    await load({ nodes, victims, stories, random });
    for (const node of random.chance(0.5) ? nodes : victims) await restart(node, random.chance(0.5));
    for (const node of nodes) {
      node.files.setRoom(Number.POSITIVE_INFINITY);
      node.manual.advance(2_000);
    }
    for (const story of stories) await story.open(nodes);
  }
  for (const node of nodes) await restart(node, true);
  for (const story of stories) await story.open(nodes);
  // Validators that hear nothing of each other wait for their clocks.
  for (let step = 0; step < CALM_STEPS && !stories.every((story) => story.isLevel(nodes)); step += 1) {
    for (const node of nodes) node.manual.advance(200);
    await rest();
  }
  for (const story of stories) await story.judge(nodes);
  const sum = (of: (story: ChainStory) => number): number => stories.reduce((total, story) => total + of(story), 0);
  return { answered: sum((story) => story.answers.length), keys: sum((story) => story.keys.size), genesis: sum((story) => story.ledgers.size) };
}

interface Load {
  readonly nodes: readonly Node[];
  readonly victims: readonly Node[];
  readonly stories: ChainStory[];
  readonly random: Random;
}

async function load({ nodes, victims, stories, random }: Load): Promise<void> {
  for (let step = 0; step < STEPS; step += 1) {
    if (stories.length < CHAINS_MAX && random.chance(0.08)) stories.push(new ChainStory(stories.length, random.pick(FINALITIES)));
    // Repeated as a step of an operation would be, until it has come to its end.
    for (const story of stories) if (!story.isOpen && random.chance(0.3)) story.open(nodes).catch(ignoreCut);
    const story = random.pick(stories);
    const host: LedgerHost | undefined = random.pick(nodes).host;
    // Disks fill up, and have room again.
    if (random.chance(0.03)) random.pick(nodes).files.setRoom(random.below(ROOM_MAX));
    if (random.chance(0.1)) for (const node of nodes) node.files.setRoom(Number.POSITIVE_INFINITY);
    if (random.chance(0.2)) for (const node of nodes) node.manual.advance(200);
    if (host?.has(story.chain) === true) story.submit(host, add(`c${random.below(COUNTERS)}`, 1));
    await rest(random.below(40));
    if (victims.every((victim) => victim.files.isCut)) break;
  }
  await rest();
}

/** After the cut every call fails; what matters is found on the disk. */
function ignoreCut(): void {}
