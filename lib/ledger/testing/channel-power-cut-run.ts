import { LedgerError } from '../core/errors';
import { createFabricFramework } from '../frameworks/fabric/framework';
import type { FilePort } from '../storage/disk/file-port';
import { ChannelStory, organisationsAt } from './channel-power-cut-story';
import { PowerCutNodes, type PowerCutNode } from './power-cut-nodes';
import { createRandom } from './random';
import { Clients } from './simulator/fabric/clients';
import { EventQueue } from './simulator/event-queue';
import { endorse, installStore } from './simulator/fabric/host-endorser';
import { rest } from './test-nodes';

export interface ChannelPowerCutRun {
  readonly seed: number;
  readonly cuts: number;
  /** What lies between the hosts and their disks: a planted bug. */
  readonly wrap?: (files: FilePort) => FilePort;
}

export interface ChannelPowerCutOutcome {
  /** Transactions that were answered, and those of the chain that are valid. */
  readonly answered: number;
  readonly valid: number;
  /** Simulations whose private data were said to be kept. */
  readonly asides: number;
}

const NODES = 3;
/** Three nodes are enough for both. */
const FINALITIES = ['solo', 'crash'] as const;
const STEPS = 60;
const STEP_MS = 100;
const OPENING_STEPS_MAX = 400;
/** Of 200 ms each. */
const CALM_STEPS = 300;
const ROOM_MAX = 6_000;
/** An endorsement takes so many turns and more. */
const TURNS = 120;

/**
 * A Fabric channel on three city nodes under load, whose power goes again and again: blocks, state, history, private data
 * and what was kept aside before a block must be as they were acknowledged, on every node. Throws when not.
 */
export async function runChannelPowerCuts({ seed, cuts, wrap }: ChannelPowerCutRun): Promise<ChannelPowerCutOutcome> {
  const random = createRandom(seed);
  const story = new ChannelStory();
  let nonces = 0;
  const nonce = (): Uint8Array => Buffer.alloc(24, `${(nonces += 1)}`);
  const city = new PowerCutNodes({
    random,
    count: NODES,
    frameworks: (at) => [createFabricFramework({ yieldTurn: async () => undefined, rolesOf: () => ({ organisations: organisationsAt(at), orderer: { ...story.people.orderer, nonce } }) })],
    wrap,
  });
  const nodes = city.all;
  const queue = new EventQueue();
  const clients = new Clients<{ readonly index: number; readonly node: PowerCutNode }>(
    { seed, random, queue, log: { note: () => undefined } },
    {
      people: story.people,
      model: story.model,
      organisationsOf: organisationsAt,
      endorse: ({ node }, signed, organisation) => endorse(story.portsOf(node), signed, organisation),
      register: (one) => story.register(one),
      packageId: () => installStore(story.packages),
    },
  );
  let fault: unknown;
  const step = async (): Promise<void> => {
    const hosts = nodes.map((node) => ({ index: node.at, node }));
    const lives = livesOf(nodes);
    clients.act(hosts, ({ node }, id) => story.submit(node, id)).catch((error: unknown) => {
      // For want of power, or of room: what counts is found on the disks.
      if (livesOf(nodes) === lives && !nodes.some(({ files }) => files.isCut) && !(error instanceof LedgerError)) fault ??= error;
    });
    for (const node of nodes) node.manual.advance(STEP_MS);
    const until = queue.now + STEP_MS;
    queue.later(STEP_MS, () => undefined);
    while (queue.now < until && queue.step()) await rest(random.below(20));
    await rest(TURNS + random.below(TURNS));
    for (const node of nodes) if (!node.files.isCut) story.follow(node);
    if (fault !== undefined) throw fault;
  };

  for (const node of nodes) await city.start(node);
  await story.open(nodes, random.pick(FINALITIES));
  for (let count = 0; count < OPENING_STEPS_MAX && story.model.definition === undefined; count += 1) await step();
  for (let cut = 0; cut < cuts; cut += 1) {
    const victims = random.chance(0.3) ? nodes : [random.pick(nodes)];
    for (const victim of victims) victim.files.cutAfter(1 + random.below(80));
    for (let count = 0; count < STEPS && !victims.every(({ files }) => files.isCut); count += 1) {
      if (random.chance(0.03)) random.pick(nodes).files.setRoom(random.below(ROOM_MAX));
      if (random.chance(0.1)) for (const node of nodes) node.files.setRoom(Number.POSITIVE_INFINITY);
      await step();
    }
    for (const node of random.chance(0.5) ? nodes : victims) {
      await city.restart(node, random.chance(0.5));
      await story.checkAfterCut(node);
    }
    for (const node of nodes) node.files.setRoom(Number.POSITIVE_INFINITY);
  }
  for (const node of nodes) {
    await city.restart(node, true);
    await story.checkAfterCut(node);
  }
  // Validators that hear nothing of each other wait for their clocks.
  for (let count = 0; count < CALM_STEPS && !story.isLevel(nodes); count += 1) {
    for (const node of nodes) node.manual.advance(200);
    await rest();
  }
  await story.judge(nodes);
  return { answered: story.answers.length, valid: story.model.codes.get(0) ?? 0, asides: story.asides.length };
}

function livesOf(nodes: readonly PowerCutNode[]): number {
  return nodes.reduce((sum, { life }) => sum + life, 0);
}
