import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const project = path.resolve(import.meta.dirname, '../../..');

export interface Child {
  readonly pid: number;
  /** Everything it has written so far, errors too. */
  output(): string;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  isRunning(): boolean;
  /** Ends it and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** A program of the project as a process of its own, in TypeScript or bundled, with this process's environment and these changes. */
export function startChild(file: string, args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Child {
  const changes = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const loader = file.endsWith('.ts') ? ['--import', 'tsx'] : [];
  // `env` becomes the program itself, so the signal reaches it.
  const child = spawn('env', [...changes, process.execPath, ...loader, path.resolve(project, file), ...args], { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
  const parts: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => parts.push(part));
  const ended = once(child, 'close').then(([code, signal]) => (signal as NodeJS.Signals | null) ?? (code as number | null));
  if (child.pid === undefined) throw new Error(`${file} could not be started`);
  return {
    pid: child.pid,
    output: () => parts.join(''),
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await ended;
    },
  };
}
