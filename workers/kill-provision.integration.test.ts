import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledProgram } from '@/lib/gateway/testing';
import { mailsTo } from '@/lib/identity/testing';
import { createOperationRegistry, getOperation, isFinalOperation, LeaseKeeper, runOperation } from '@/lib/operations';
import { getDb } from '@/lib/platform';
import { createTestSubChain, provisionOperation, provisionSteps } from '@/lib/sub-chains';
import { type Child, finalOperation, findOrphans, givenCaller, givenPaidApplication, type Installation, openInstallation, type SignedUp, startChild } from '@/lib/sub-chains/testing';
import { holdUntilAll, hookSteps, type Moment, type Place } from './testing/hook-steps';

/** Stuck = not final a minute after the last fault. */
const stuckMs = 60_000;
const notary = { kind: 'template', template: 'evidence-notary', parameters: {} } as const;
const moments: readonly Moment[] = ['before', 'after'];

let installation: Installation;
let cityNode: Child;

beforeAll(async () => {
  installation = await openInstallation({ cityNodes: ['JNB', 'HKG'] });
  cityNode = await installation.startCityNode();
  installation.keepObserving();
});
afterAll(() => installation?.close());

/** One operation for each step and moment, and whose it is. */
async function givenOperationAtEachPlace(): Promise<(Place & { applicationId: string; caller: SignedUp })[]> {
  const places: (Place & { applicationId: string; caller: SignedUp })[] = [];
  for (const step of provisionSteps) {
    const caller = await givenCaller();
    for (const moment of moments) {
      const begun = await createTestSubChain(caller, { name: `${step} ${moment}`, cityNode: 'JNB', contractPackage: notary });
      places.push({ ...begun, step, moment, caller });
    }
  }
  return places;
}

async function expectRunning(places: readonly { applicationId: string; operationId: string }[]): Promise<void> {
  const applications = await getDb().application.findMany({ where: { id: { in: places.map((place) => place.applicationId) } }, select: { state: true } });
  expect(applications.map((application) => application.state)).toEqual(places.map(() => 'RUNNING'));
}

describe('kill -9 while sub-chains are provisioned', () => {
  it('a worker killed at every step: the next one finishes each operation, nothing is left over', { timeout: 120_000 }, async () => {
    const places = await givenOperationAtEachPlace();
    const argument = JSON.stringify(places.map(({ operationId, step, moment }) => ({ operationId, step, moment })));
    const doomed = startChild(await bundledProgram('die-at-places'), [argument]);
    expect(await doomed.ended, doomed.output()).toBe('SIGKILL');
    for (const { operationId } of places) expect((await getOperation(operationId, {})).state).toBe('RUNNING');

    const worker = installation.startWorker();
    for (const { operationId, step, moment } of places) {
      const view = await finalOperation(operationId, stuckMs);
      expect(view.state, `${step} ${moment}: ${JSON.stringify(view)}`).toBe('SUCCEEDED');
    }
    await worker.kill('SIGTERM');
    expect(await worker.ended, worker.output()).toBe(0);
    await expectRunning(places);
    expect(await findOrphans(installation.hostId)).toEqual([]);
    for (const { caller, step } of places.filter((place) => place.moment === 'before')) {
      const mails = (await mailsTo(caller.email)).filter((mail) => mail.includes('is running'));
      // None is ever sent twice; one whose sending was cut off may be missing.
      expect(mails.length, step).toBeLessThanOrEqual(2);
      if (step !== 'notify') expect(mails.length, step).toBe(2);
    }
  });

  it('a city node killed at every step: operations wait for it, finish, and its ledgers go on', { timeout: 120_000 }, async () => {
    const places = await givenOperationAtEachPlace();
    let restarted: Promise<Child> | undefined;
    const hook = holdUntilAll(places, async () => {
      await cityNode.kill('SIGKILL');
      restarted = delay(500).then(() => installation.startCityNode());
    });
    const options = { registry: createOperationRegistry([hookSteps(provisionOperation, hook)]), keeper: new LeaseKeeper(), shutdown: new AbortController().signal };
    await Promise.all(
      places.map(async ({ operationId }) => {
        while (!isFinalOperation((await getOperation(operationId, {})).state)) {
          await runOperation(operationId, options);
          await delay(100);
        }
      }),
    );
    cityNode = await (restarted as unknown as Promise<Child>);
    for (const { operationId, step, moment } of places) {
      const view = await getOperation(operationId, {});
      expect(view.state, `${step} ${moment}: ${JSON.stringify(view)}`).toBe('SUCCEEDED');
    }
    await expectRunning(places);
    expect(await findOrphans(installation.hostId)).toEqual([]);
  });

  it('a city node that stays away: the application fails with a reason and the money goes back', { timeout: 120_000 }, async () => {
    const caller = await givenCaller();
    const { applicationId, operationId } = await givenPaidApplication(caller, { cityNodes: ['JNB', 'HKG'] });
    await cityNode.kill('SIGKILL');
    const worker = installation.startWorker();
    const view = await finalOperation(operationId, stuckMs);
    expect(view).toMatchObject({ state: 'FAILED', error: { code: 'UNAVAILABLE' } });
    const application = await getDb().application.findUniqueOrThrow({ where: { id: applicationId }, include: { invoices: true } });
    expect(application.state).toBe('FAILED');
    expect(application.stateReason).toMatch(/^Could not be provisioned: /);
    await expect.poll(async () => (await getDb().invoice.findFirst({ where: { applicationId } }))?.state, { timeout: 15_000, interval: 250 }).toBe('REFUNDED');
    await worker.kill('SIGTERM');
    cityNode = await installation.startCityNode();
    expect(await findOrphans(installation.hostId)).toEqual([]);
  });
});
