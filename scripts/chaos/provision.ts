import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { actorOf } from '@/lib/access-keys';
import { ringOperation } from '@/lib/operations';
import { getDb, getRedis } from '@/lib/platform';
import { beginDelete, beginProvision } from '@/lib/sub-chains';
import { type Child, findOrphans, givenApprovedApplication, givenCaller, type Installation, openInstallation, type SignedUp } from '@/lib/sub-chains/testing';
import { newState, readState, seededRandom, writeState, type ChaosState } from './state-file';

const usage = `Kills the worker or the city node with -9, in turn, once a round, while operations are in flight.

  npm run chaos -- provision --rounds 20 [--in-flight 50] [--seed n] [--state <file>]

Each round begins that many provisionings of paid sub-chains on two city nodes, kills at a random moment, starts the
victim again, and waits until all are final. What ran is deleted in the next round, under its kill. A run that was
interrupted goes on with the next round when it is started again. The last line is the sum.`;

/** Stuck = not final a minute after the last fault. */
const stuckMs = 60_000;
/** Between death and restart, as a supervisor would. */
const restartMs = 500;
/** Refunds are made by a sweep of their own. */
const settleMsMax = 20_000;
const cityNodes = ['SIN', 'PAR'] as const;
const contractPackage = { kind: 'template', template: 'evidence-notary', parameters: {} } as const;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    'in-flight': { type: 'string', default: '50' },
    seed: { type: 'string' },
    state: { type: 'string', default: '.cache/chaos/provision.json' },
    help: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const inFlight = Number(values['in-flight']);
if (values.help || !Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(inFlight) || inFlight < 1) {
  process.stderr.write(`${usage}\n`);
  process.exit(values.help ? 0 : 1);
}

interface Stage {
  installation: Installation;
  caller: SignedUp;
  worker: Child;
  cityNode: Child;
  random: () => number;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

async function playRound(stage: Stage, state: ChaosState): Promise<ChaosState> {
  const { caller, random } = stage;
  const applicationIds: string[] = [];
  for (let count = 0; count < inFlight; count++) {
    applicationIds.push(await givenApprovedApplication(caller, { cityNodes: count % 2 === 0 ? cityNodes : cityNodes.toReversed(), contractPackage }));
  }
  const victim = state.round % 2 === 0 ? 'worker' : 'cityNode';
  const moment = Math.round(50 + random() * 2_500);
  const begun = await Promise.all([...applicationIds.map((id) => begin(caller, id)), ...(await beginDeletions(applicationIds))]);
  await delay(moment);
  const unfinished = await countUnfinished(begun);
  await killAndRestart(stage, victim);
  const stuck = await waitUntilFinal(begun);
  const ended = await getDb().operation.groupBy({ by: ['state'], where: { id: { in: begun }, kind: 'sub-chain.provision' }, _count: true });
  const count = (name: string) => ended.find((row) => row.state === name)?._count ?? 0;
  const orphans = await findLastingOrphans(stage.installation.hostId);
  for (const orphan of orphans) say(`  orphan: ${orphan}`);
  say(`round ${state.round + 1}: ${victim} killed after ${moment} ms with ${unfinished} unfinished; finished ${count('SUCCEEDED')}, failed ${count('FAILED')}, stuck ${stuck}, orphaned ${orphans.length}`);
  return {
    ...state,
    round: state.round + 1,
    finished: state.finished + count('SUCCEEDED'),
    failed: state.failed + count('FAILED'),
    stuck: state.stuck + stuck,
    orphaned: state.orphaned + orphans.length,
    kills: { ...state.kills, [victim]: state.kills[victim] + 1 },
  };
}

async function begin(caller: SignedUp, applicationId: string): Promise<string> {
  const { operationId } = await getDb().$transaction((tx) => beginProvision(tx, { applicationId, actor: actorOf(caller) }), { maxWait: 60_000, timeout: 60_000 });
  await ringOperation(operationId);
  return operationId;
}

/** What earlier rounds left, running or failed, goes under this round's kill. */
async function beginDeletions(except: readonly string[]): Promise<Promise<string>[]> {
  const rows = await getDb().application.findMany({ where: { id: { notIn: [...except] }, state: { in: ['RUNNING', 'FAILED'] } }, select: { id: true } });
  return rows.map(async ({ id }) => {
    const { operationId } = await getDb().$transaction((tx) => beginDelete(tx, { applicationId: id, cause: 'asked', actor: { kind: 'SYSTEM' } }), { maxWait: 60_000, timeout: 60_000 });
    await ringOperation(operationId);
    return operationId;
  });
}

async function killAndRestart(stage: Stage, victim: 'worker' | 'cityNode'): Promise<void> {
  await stage[victim].kill('SIGKILL');
  await delay(restartMs);
  stage[victim] = victim === 'worker' ? stage.installation.startWorker() : await stage.installation.startCityNode();
}

function countUnfinished(operationIds: readonly string[]): Promise<number> {
  return getDb().operation.count({ where: { id: { in: [...operationIds] }, state: { in: ['PENDING', 'RUNNING'] } } });
}

/** Number of operations that are not final a minute after the kill. */
async function waitUntilFinal(operationIds: readonly string[]): Promise<number> {
  const endMs = Date.now() + stuckMs;
  let unfinished = await countUnfinished(operationIds);
  while (unfinished > 0 && Date.now() < endMs) {
    await delay(100);
    unfinished = await countUnfinished(operationIds);
  }
  return unfinished;
}

/** Sweeps (refunds, revocations) have some seconds to tidy up; what is left then is an orphan. */
async function findLastingOrphans(hostId: string): Promise<string[]> {
  const endMs = Date.now() + settleMsMax;
  let orphans = await findOrphans(hostId);
  while (orphans.length > 0 && Date.now() < endMs) {
    await delay(500);
    orphans = await findOrphans(hostId);
  }
  return orphans;
}

let state = (await readState(values.state, rounds)) ?? newState(values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed));
say(`seed ${state.seed}, from round ${state.round + 1} of ${rounds}, ${inFlight} in flight`);
const installation = await openInstallation({ cityNodes, logLevel: 'warn' });
const cityNode = await installation.startCityNode();
const stage: Stage = { installation, caller: await givenCaller(), cityNode, worker: installation.startWorker(), random: () => 0 };
while (state.round < rounds) {
  // Each round has its own numbers, so that a resumed run plays the same rounds.
  stage.random = seededRandom(state.seed + state.round);
  state = await playRound(stage, state);
  await writeState(values.state, state);
}
await installation.close();
await getDb().$disconnect();
getRedis().disconnect();
const { finished, failed, stuck, orphaned } = state;
say(JSON.stringify({ finished, failed, stuck, orphaned }));
process.exit(stuck + orphaned === 0 ? 0 : 1);
