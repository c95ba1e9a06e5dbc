import type { LedgerHost } from '../core/host-types';
import type { FilePort } from '../storage/disk/file-port';
import { counterFramework } from './counter-framework';
import { ChainStory, COUNTERS } from './host-power-cut-story';
import { PowerCutNodes, type PowerCutNode } from './power-cut-nodes';
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
export async function runHostPowerCuts({ seed, nodes: count, cuts, wrap }: HostPowerCutRun): Promise<HostPowerCutOutcome> {
  const random = createRandom(seed);
  const city = new PowerCutNodes({ random, count, frameworks: () => [counterFramework], wrap });
  const nodes = city.all;
  const stories = [new ChainStory(0, random.pick(FINALITIES))];
  const restart = async (node: PowerCutNode, keepIndex: boolean): Promise<void> => {
    await city.restart(node, keepIndex);
    await Promise.all(stories.map((story) => story.checkAfterCut(node)));
  };

  for (const node of nodes) await city.start(node);
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
  readonly nodes: readonly PowerCutNode[];
  readonly victims: readonly PowerCutNode[];
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
