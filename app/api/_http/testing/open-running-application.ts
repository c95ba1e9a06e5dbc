import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Caller } from "@/lib/access-keys";
import { joinHost, observeHosts, seedCatalogue } from "@/lib/city-nodes";
import { bundledProgram, freePort } from "@/lib/gateway/testing";
import { collectMeters } from "@/lib/metering";
import { createOperationRegistry, getOperation, LeaseKeeper, runOperation } from "@/lib/operations";
import { getDb } from "@/lib/platform";
import { createTestSubChain, findSubChain, provisionOperation } from "@/lib/sub-chains";

/** A test sub-chain that really runs: a city-node process of its own; the worker's part is played by this process. */
export interface RunningApplication {
  applicationId: string;
  /** Where clients call. */
  url: string;
  chainId: number;
  close(): Promise<void>;
}

const cityNode = "SYD";
const startMsMax = 30_000;
const sweepMs = 1_000;

export async function openRunningApplication(caller: Caller): Promise<RunningApplication> {
  const directory = await mkdtemp(path.join(tmpdir(), "chainworks-route-"));
  const hostId = await join(directory);
  const child = spawn(process.execPath, [await bundledProgram("cityNode"), "--data", directory], { stdio: "ignore" });
  const sweeping = new AbortController();
  const close = async () => {
    sweeping.abort();
    await sweeps;
    await end(child);
    await getDb().cityNodeHost.deleteMany({ where: { hostId } });
    await rm(directory, { recursive: true, force: true });
  };
  let sweeps: Promise<void> = Promise.resolve();
  try {
    await answers(hostId, child);
    sweeps = sweep(sweeping.signal);
    const { applicationId, operationId } = await createTestSubChain(caller, { name: "Tide", cityNode });
    const worker = { registry: createOperationRegistry([provisionOperation]), keeper: new LeaseKeeper(), shutdown: new AbortController().signal };
    await runOperation(operationId, worker);
    const operation = await getOperation(operationId, {});
    if (operation.state !== "SUCCEEDED") throw new Error(`not provisioned: ${JSON.stringify(operation, null, 2)}`);
    const subChain = await findSubChain(caller, applicationId);
    return { applicationId, url: subChain?.endpoints[0]?.url ?? "", chainId: Number(subChain?.chainId), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function join(directory: string): Promise<string> {
  await getDb().installation.createMany({ data: [{ id: 1, number: 1 }], skipDuplicates: true });
  await seedCatalogue();
  // A host that another test left behind does not answer any more.
  await getDb().cityNodeHost.deleteMany({ where: { cityNode: { code: cityNode } } });
  const [gateway, control, channel] = await Promise.all([freePort(), freePort(), freePort()]);
  const listener = (port: number) => ({ host: "127.0.0.1", port });
  const address = (port: number) => `http://127.0.0.1:${port}`;
  const { hostId } = await joinHost({
    name: path.basename(directory),
    dataDirectory: directory,
    cityNodes: [cityNode],
    gateway: listener(gateway),
    control: listener(control),
    channel: listener(channel),
    gatewayUrl: address(gateway),
    controlUrl: address(control),
    channelAddress: `127.0.0.1:${channel}`,
    provider: "This machine",
    region: "Test",
  });
  return hostId;
}

/** Waits until the portal has measured the host. */
async function answers(hostId: string, child: ChildProcess): Promise<void> {
  const endMs = Date.now() + startMsMax;
  while (Date.now() < endMs && child.exitCode === null) {
    await observeHosts();
    const { lastSeenAt } = await getDb().host.findUniqueOrThrow({ where: { id: hostId } });
    if (lastSeenAt) return;
    await delay(100);
  }
  throw new Error("the city node did not start");
}

/** What the worker's schedules do: hosts are looked at, meters are added up. */
async function sweep(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await Promise.all([observeHosts(), collectMeters()]);
    await delay(sweepMs);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
