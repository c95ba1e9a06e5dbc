// What the product runs, in the order in which it starts: the one place to add a process or a set-up command.
import { chaincodeRuntimeDirectory } from './chaincode-runtime.mjs';
import { cityNodeEnvironment } from './environment.mjs';
import { peerPortsOf } from './hosts.mjs';
import { answersOk, waitUntil } from './ports.mjs';
import { projectPath } from './project.mjs';
import { SetupError } from './setup-error.mjs';

/** What is bundled: a stack names the sources all the same. */
const node = [process.execPath, '--enable-source-maps'];

/** What a set-up command ends with when the person at the terminal can put it right; what it wrote says how. */
const refusedCode = 3;

/**
 * Commands that run to their end at every start, once the schema is there and before any process.
 * Each must be safe to repeat.
 * @param {{ host: string, hosts: Awaited<ReturnType<import('./hosts.mjs').planHosts>>, programs: Awaited<ReturnType<import('./bundle.mjs').bundlePrograms>> }} plan
 */
export function setupCommands({ host, hosts, programs }) {
  const here = '127.0.0.1';
  const processes = hosts.map(({ number, directory, gatewayUrl, ports }) => ({
    dataDirectory: directory,
    gateway: { host, port: ports.gateway },
    control: { host: here, port: ports.control },
    channel: { host: here, port: ports.channel },
    fabric: { host, port: ports.fabric, peerPorts: peerPortsOf(number) },
    gatewayUrl,
    controlUrl: `http://${here}:${ports.control}`,
    channelAddress: `${here}:${ports.channel}`,
  }));
  return [
    { name: 'first rows', program: programs.seed, args: [] },
    { name: 'hosts of the city nodes', program: programs.joinHosts, args: ['--processes', JSON.stringify(processes)] },
  ];
}

/** Runs the set-up commands; throws with the output of the one that failed. */
export async function runSetupCommands({ family, log, env, plan }) {
  for (const { name, program, args } of setupCommands(plan)) {
    await log.step(name, async () => {
      const { code, output } = await family.runQuietly([...node, program, ...args], { env });
      if (code === refusedCode) throw new SetupError(output.trim());
      if (code !== 0) throw new SetupError(`The step "${name}" failed:\n${output.trim()}`);
    });
  }
}

/**
 * The long-running processes, each with the environment that it needs.
 * @param {{ host: string, ports: { web: number, worker: number }, hosts: Awaited<ReturnType<import('./hosts.mjs').planHosts>>, programs: Awaited<ReturnType<import('./bundle.mjs').bundlePrograms>> }} plan
 * @param {NodeJS.ProcessEnv} env of the portal's processes
 */
export function productProcesses({ host, ports, hosts, programs }, env) {
  const next = projectPath('node_modules/next/dist/bin/next');
  return [
    ...hosts.map(({ name, directory, ports: { control } }) => ({
      name,
      command: [...node, programs.cityNode, '--data', directory, '--log-level', env.LOG_LEVEL ?? 'info', '--chaincode-runtime', chaincodeRuntimeDirectory()],
      env: cityNodeEnvironment(env),
      readyUrl: `http://127.0.0.1:${control}/readyz`,
      stopTimeoutMs: 30_000, // drains: finishes what it has taken in
    })),
    {
      name: 'worker',
      command: [...node, programs.worker],
      env: { ...env, WORKER_HEALTH_PORT: String(ports.worker) },
      readyUrl: `http://127.0.0.1:${ports.worker}/readyz`,
      stopTimeoutMs: 30_000,
    },
    {
      name: 'web',
      command: [process.execPath, next, 'start', '--hostname', host, '--port', String(ports.web)],
      env,
      readyUrl: `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${ports.web}/readyz`,
    },
  ];
}

/** Starts all of them at once and waits until each says that it is ready. */
export async function startProduct({ supervise, log, env, plan }) {
  const running = productProcesses(plan, env).map((one) => ({
    ...one,
    child: supervise(one.name, one.command, { env: one.env, stopTimeoutMs: one.stopTimeoutMs }),
  }));
  for (const { name, child, readyUrl } of running) {
    await log.step(name, async () => {
      await waitUntil(() => answersOk(readyUrl), { timeoutMs: 120_000, what: name, gaveUp: child.endedBecause });
      child.markReady();
    });
  }
  return running.map(({ name, child }) => ({ name, pid: child.pid }));
}
