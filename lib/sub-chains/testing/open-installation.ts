import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { controlClientFor, joinHost, observeHosts, seedCatalogue } from '@/lib/city-nodes';
import type { ControlClient } from '@/lib/control';
import { bundledProgram, freePort } from '@/lib/gateway/testing';
import { getDb } from '@/lib/platform';
import { startChild, type Child } from './child-process';

/**
 * One host with real processes on the services of the environment, for tests that need the whole way. City nodes of
 * hosts that other tests left behind are taken over, so that nothing is placed where nobody listens.
 */
export interface Installation {
  readonly hostId: string;
  readonly hostDirectory: string;
  readonly gatewayUrl: string;
  control(): Promise<ControlClient>;
  /** Starts the city node and waits until it answers and the portal has seen it. */
  startCityNode(): Promise<Child>;
  startWorker(environment?: Readonly<Record<string, string>>): Child;
  /** Looks at the hosts each second until it is closed, as a worker does: for runs in which none is there for long. */
  keepObserving(): void;
  /** Ends everything that was started, and deletes the host's directory. */
  close(): Promise<void>;
}

export interface InstallationOptions {
  cityNodes: readonly string[];
  /** Kept when given: for a run that is resumed. */
  directory?: string;
  logLevel?: string;
  /** Directory of the chaincode runtime: the city node has a door for Fabric's clients, and runs chaincode. */
  chaincodeRuntime?: string;
}

const startMsMax = 60_000;
const observeEveryMs = 1_000;

export async function openInstallation({ cityNodes, directory, logLevel = 'info', chaincodeRuntime }: InstallationOptions): Promise<Installation> {
  const hostDirectory = directory ?? (await mkdtemp(path.join(tmpdir(), 'chainworks-host-')));
  await getDb().installation.createMany({ data: [{ id: 1, number: 4_711 }], skipDuplicates: true });
  await seedCatalogue();
  await getDb().cityNodeHost.deleteMany({ where: { cityNode: { code: { in: [...cityNodes] } } } });
  const [gatewayPort, controlPort, channelPort, fabricPort] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
  const { hostId } = await joinHost({
    name: path.basename(hostDirectory),
    dataDirectory: hostDirectory,
    cityNodes: [...cityNodes],
    gateway: { host: '127.0.0.1', port: gatewayPort },
    control: { host: '127.0.0.1', port: controlPort },
    channel: { host: '127.0.0.1', port: channelPort },
    ...(chaincodeRuntime === undefined ? {} : { fabric: { host: '127.0.0.1', port: fabricPort } }),
    gatewayUrl,
    controlUrl: `http://127.0.0.1:${controlPort}`,
    channelAddress: `127.0.0.1:${channelPort}`,
    provider: 'This machine',
    region: 'Test',
  });
  const programs = { cityNode: await bundledProgram('cityNode'), worker: await bundledProgram('worker') };
  const children: Child[] = [];
  const control = () => controlClientFor(hostId);
  const observing = new AbortController();
  let observed: Promise<void> = Promise.resolve();
  return {
    hostId,
    hostDirectory,
    gatewayUrl,
    control,
    async startCityNode() {
      const child = startChild(programs.cityNode, ['--data', hostDirectory, '--log-level', logLevel, ...(chaincodeRuntime === undefined ? [] : ['--chaincode-runtime', chaincodeRuntime])]);
      children.push(child);
      await answers(child, await control());
      await observeHosts();
      return child;
    },
    startWorker(environment = {}) {
      const child = startChild(programs.worker, [], { LOG_LEVEL: logLevel, ...environment });
      children.push(child);
      return child;
    },
    keepObserving() {
      observed = keepObserving(observing.signal);
    },
    async close() {
      observing.abort();
      await observed;
      await Promise.all(children.filter((child) => child.isRunning()).map((child) => child.kill()));
      if (directory === undefined) await rm(hostDirectory, { recursive: true, force: true });
    },
  };
}

async function keepObserving(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await observeHosts();
    await delay(observeEveryMs);
  }
}

async function answers(child: Child, client: ControlClient): Promise<void> {
  const endMs = Date.now() + startMsMax;
  for (;;) {
    const error = await client.report({ timeoutMs: 1_000 }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error === undefined) return;
    if (!child.isRunning() || Date.now() > endMs) throw new Error(`the city node did not start:\n${child.output()}`, { cause: error });
    await delay(50);
  }
}
