import { setTimeout as delay } from 'node:timers/promises';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueAccessKey } from '@/lib/access-keys';
import type { Finality } from '@/lib/control';
import { getBlockCertificate } from '@/lib/explorer';
import { bundledProgram } from '@/lib/gateway/testing';
import { createOperationRegistry, getOperation, isFinalOperation, LeaseKeeper, ringOperation, runOperation } from '@/lib/operations';
import { changeFinality, changeFinalityOperation, changeFinalitySteps, findSubChain } from '@/lib/sub-chains';
import { type Child, finalOperation, findOrphans, givenCaller, givenPaidApplication, type Installation, openInstallation, type SignedUp, startChild } from '@/lib/sub-chains/testing';
import { holdUntilAll, hookSteps, type Moment, type Place } from './testing/hook-steps';

/** Stuck = not final two minutes after the last fault. */
const stuckMs = 120_000;
const moments: readonly Moment[] = ['before', 'after'];
const places = changeFinalitySteps.flatMap((step) => moments.map((moment) => ({ step, moment })));

let installation: Installation;
let cityNode: Child;
let caller: SignedUp;
let running: string[];

beforeAll(async () => {
  installation = await openInstallation({ cityNodes: ['SIN', 'PAR', 'JNB', 'HKG'], logLevel: 'warn' });
  cityNode = await installation.startCityNode();
  installation.keepObserving();
  caller = await givenCaller();
  const worker = installation.startWorker();
  const begun = await Promise.all(places.map(() => givenPaidApplication(caller, { cityNodes: ['SIN', 'PAR', 'JNB', 'HKG'], finality: 'byzantine' })));
  for (const { operationId } of begun) await ringOperation(operationId);
  for (const { operationId } of begun) expect(await finalOperation(operationId, stuckMs)).toMatchObject({ state: 'SUCCEEDED' });
  await worker.kill('SIGTERM');
  running = begun.map(({ applicationId }) => applicationId);
}, 240_000);
afterAll(() => installation?.close());

/** The change of one sub-chain for each step and moment. */
function beginAtEachPlace(finality: Finality): Promise<(Place & { applicationId: string })[]> {
  return Promise.all(places.map(async (place, index) => {
    const applicationId = running[index] ?? '';
    return { ...place, applicationId, ...(await changeFinality(caller, { applicationId, finality })) };
  }));
}

async function expectChanged(begun: readonly (Place & { applicationId: string })[], finality: Finality): Promise<void> {
  for (const { operationId, step, moment, applicationId } of begun) {
    const view = await getOperation(operationId, {});
    expect(view.state, `${step} ${moment}: ${JSON.stringify(view)}`).toBe('SUCCEEDED');
    expect(await findSubChain(caller, applicationId), `${step} ${moment}`).toMatchObject({ finality, change: null });
    const height = await transfer(applicationId);
    expect(await getBlockCertificate(caller, applicationId, height), `${step} ${moment}`).toMatchObject({ finality, height });
  }
  expect(await findOrphans(installation.hostId)).toEqual([]);
}

/** A transfer of nothing at the last city node's door; gives its height. */
async function transfer(applicationId: string): Promise<number> {
  const subChain = await findSubChain(caller, applicationId);
  const { key } = await issueAccessKey(caller, applicationId, { label: 'a client' });
  const account = privateKeyToAccount(generatePrivateKey());
  const signed = await account.signTransaction({ type: 'eip1559', chainId: Number(subChain?.chainId), nonce: 0, to: account.address, value: 0n, gas: 21_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n });
  const call = async (method: string, params: unknown[]) => {
    const response = await fetch(subChain?.endpoints.at(-1)?.url ?? '', { method: 'POST', headers: { 'content-type': 'application/json', 'x-api-key': key }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
    const { result, error } = (await response.json()) as { result?: unknown; error?: unknown };
    expect(error, method).toBeUndefined();
    return result;
  };
  const hash = await call('eth_sendRawTransaction', [signed]);
  const receipt = (await call('eth_getTransactionReceipt', [hash])) as { blockNumber: string };
  return Number(receipt.blockNumber);
}

describe('kill -9 while the finality mode is changed', () => {
  it('a worker killed at every step: the next one finishes each change, and every sub-chain takes transactions under the new rules', { timeout: 300_000 }, async () => {
    const begun = await beginAtEachPlace('crash');
    const doomed = startChild(await bundledProgram('die-at-places'), [JSON.stringify(begun.map(({ operationId, step, moment }) => ({ operationId, step, moment })))]);
    expect(await doomed.ended, doomed.output()).toBe('SIGKILL');
    const worker = installation.startWorker();
    for (const { operationId } of begun) await finalOperation(operationId, stuckMs);
    await worker.kill('SIGTERM');
    await expectChanged(begun, 'crash');
  });

  it('a city node killed at every step: changes wait for it, its approvals have survived, and each ends once', { timeout: 300_000 }, async () => {
    const begun = await beginAtEachPlace('byzantine');
    let restarted: Promise<Child> | undefined;
    const hook = holdUntilAll(begun, async () => {
      await cityNode.kill('SIGKILL');
      restarted = delay(500).then(() => installation.startCityNode());
    });
    const options = { registry: createOperationRegistry([hookSteps(changeFinalityOperation, hook)]), keeper: new LeaseKeeper(), shutdown: new AbortController().signal };
    await Promise.all(begun.map(async ({ operationId }) => {
      while (!isFinalOperation((await getOperation(operationId, {})).state)) {
        await runOperation(operationId, options);
        await delay(100);
      }
    }));
    cityNode = await (restarted as unknown as Promise<Child>);
    await expectChanged(begun, 'byzantine');
  });
});
