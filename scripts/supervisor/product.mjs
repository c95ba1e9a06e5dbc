// What the product runs, in the order in which it starts: the one place to add a process or a set-up command.
import { existsSync } from 'node:fs';
import { cityNodeEnvironment } from './environment.mjs';
import { answersOk, waitUntil } from './ports.mjs';
import { dataLayout, projectPath } from './project.mjs';
import { SetupError } from './setup-error.mjs';

const tsx = [process.execPath, '--import', 'tsx'];

/**
 * Commands that run to their end at every start, once the schema is there and before any process.
 * Each must be safe to repeat.
 * @param {{ data: string, host: string, ports: Record<string, number>, gatewayUrl: string }} plan
 */
export function setupCommands({ data, host, ports, gatewayUrl }) {
  return [
    { name: 'first rows', file: 'prisma/seed.ts', args: [] },
    {
      name: 'host of the city nodes',
      file: 'scripts/join-host.ts',
      args: [
        `--data=${dataLayout(data).host}`,
        `--gateway=${host}:${ports.gateway}`,
        `--control=127.0.0.1:${ports.control}`,
        `--channel=127.0.0.1:${ports.channel}`,
        `--gateway-url=${gatewayUrl}`,
      ],
    },
  ];
}

/** Runs the set-up commands; throws with the output of the one that failed. */
export async function runSetupCommands({ family, log, env, plan }) {
  for (const { name, file, args } of setupCommands(plan)) {
    await log.step(name, async () => {
      if (!existsSync(projectPath(file))) throw new SetupError(`${file} is missing.`);
      const { code, output } = await family.runQuietly([...tsx, projectPath(file), ...args], { env });
      if (code !== 0) throw new SetupError(`${file} failed:\n${output.trim()}`);
    });
  }
}

/**
 * The long-running processes, each with the environment that it needs.
 * @param {{ data: string, host: string, ports: Record<string, number> }} plan
 * @param {NodeJS.ProcessEnv} env of the portal's processes
 */
export function productProcesses({ data, host, ports }, env) {
  const next = projectPath('node_modules/next/dist/bin/next');
  return [
    {
      name: 'city-node',
      command: [...tsx, projectPath('workers/city-node/main.ts'), '--data', dataLayout(data).host, '--log-level', env.LOG_LEVEL ?? 'info'],
      env: cityNodeEnvironment(env),
      readyUrl: `http://127.0.0.1:${ports.control}/readyz`,
      stopTimeoutMs: 30_000, // drains: finishes what it has taken in
    },
    {
      name: 'worker',
      command: [...tsx, projectPath('workers/main.ts')],
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
