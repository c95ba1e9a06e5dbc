import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { joinHost, observeHosts, seedCatalogue } from '@/lib/city-nodes';
import { joinConfigSchema, type Finality } from '@/lib/control';
import { FakeNetwork, type FakeHost } from '@/lib/control/testing';
import { freePort } from '@/lib/gateway/testing';
import { createOperationRegistry, defineOperation, getOperation, LeaseKeeper, runOperation, type AnyOperationDefinition } from '@/lib/operations';
import { getDb } from '@/lib/platform';
import { applicationInputSchema } from '../operation-input';
import { createPeersStep } from '../provision/create-peers';
import { provisionOperation } from '../provision/provision-operation';
import { publishEndpointStep } from '../provision/publish-endpoint';
import { reservePlacementStep } from '../provision/reserve-placement';
import { startStep } from '../provision/start';
import { givenPaidApplication, type SignedUp } from './given';

/** Hosts of a FakeNetwork, joined and observed as real ones are. */
export interface FakeInstallation {
  readonly network: FakeNetwork;
  readonly hostIds: readonly string[];
  /** This host does not answer until it is brought back. */
  takeAway(hostId: string): Promise<void>;
  bringBack(hostId: string): Promise<void>;
  close(): Promise<void>;
}

/** One host for each list of city nodes. City nodes of hosts that other tests left behind are taken over. */
export async function openFakeInstallation(hosts: readonly (readonly string[])[]): Promise<FakeInstallation> {
  await getDb().installation.createMany({ data: [{ id: 1, number: 4_711 }], skipDuplicates: true });
  await seedCatalogue();
  await getDb().cityNodeHost.deleteMany({ where: { cityNode: { code: { in: hosts.flat() } } } });
  const network = new FakeNetwork();
  const joined = await Promise.all(hosts.map((cityNodes) => joinFake(cityNodes)));
  const open = new Map<string, FakeHost>();
  const bringBack = async (hostId: string) => {
    const host = joined.find((one) => one.hostId === hostId);
    if (host) open.set(hostId, await network.openHost(host));
    await observeHosts();
  };
  for (const host of joined) open.set(host.hostId, await network.openHost(host));
  await observeHosts();
  const takeAway = async (hostId: string) => {
    await open.get(hostId)?.close();
    open.delete(hostId);
  };
  return {
    network,
    hostIds: joined.map(({ hostId }) => hostId),
    takeAway,
    bringBack,
    async close() {
      await Promise.all([...open.keys()].map(takeAway));
      await getDb().cityNodeHost.deleteMany({ where: { hostId: { in: joined.map(({ hostId }) => hostId) } } });
    },
  };
}

async function joinFake(cityNodes: readonly string[]): Promise<{ hostId: string; secret: string; port: number; cityNodes: readonly string[] }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'chainworks-fake-'));
  const port = await freePort();
  const at = { host: '127.0.0.1', port };
  const url = `http://127.0.0.1:${port}`;
  const { hostId } = await joinHost({
    name: path.basename(directory), dataDirectory: directory, cityNodes: [...cityNodes],
    gateway: at, control: at, channel: at, gatewayUrl: url, controlUrl: url, channelAddress: `127.0.0.1:${port}`, provider: 'This machine', region: 'Test',
  });
  const { secret } = joinConfigSchema.parse(JSON.parse(await readFile(path.join(directory, 'join.json'), 'utf8')));
  await rm(directory, { recursive: true });
  return { hostId, secret, port, cityNodes };
}

/** The steps of a provisioning that need no gateway. */
const openingOperation = defineOperation({
  kind: provisionOperation.kind,
  inputSchema: applicationInputSchema,
  steps: [
    { name: 'reserve-placement', run: reservePlacementStep },
    { name: 'create-peers', run: createPeersStep },
    { name: 'start', run: startStep },
    { name: 'publish-endpoint', run: publishEndpointStep },
  ],
});

/** A paid application that runs on a fake installation, and the name of its sub-chain. */
export async function givenFakeRunning(caller: SignedUp, { cityNodes, finality }: { cityNodes: readonly string[]; finality: Finality }): Promise<{ applicationId: string; slug: string }> {
  const { applicationId, operationId } = await givenPaidApplication(caller, { cityNodes, finality });
  // Hosts count as away after some seconds without a look.
  await observeHosts();
  const opened = await runToEnd(openingOperation, operationId);
  if (opened.state !== 'SUCCEEDED') throw new Error(`not opened: ${JSON.stringify(opened, null, 2)}`);
  const { slug } = await getDb().subChain.findUniqueOrThrow({ where: { applicationId } });
  return { applicationId, slug };
}

/** Plays the worker until the operation has an end; a failed one is returned like any other. */
export async function runToEnd(definition: AnyOperationDefinition, operationId: string): Promise<Awaited<ReturnType<typeof getOperation>>> {
  const worker = { registry: createOperationRegistry([definition]), keeper: new LeaseKeeper(), shutdown: new AbortController().signal };
  for (;;) {
    await getDb().operation.updateMany({ where: { id: operationId }, data: { notBefore: null } });
    await runOperation(operationId, worker);
    const operation = await getOperation(operationId, {});
    if (operation.state === 'SUCCEEDED' || operation.state === 'FAILED') return operation;
  }
}
