import type { LogFields, MachinePorts } from '../core/ports';
import { timeMs } from '../core/types';

/** Ports that a test moves by hand: nothing happens by itself, and everything that was logged can be read. */
export interface ManualPorts {
  readonly ports: MachinePorts;
  /** Moves the clock and runs what was scheduled up to then, in order. */
  advance(ms: number): void;
  setClock(ms: number): void;
  /** The thread works for so long, as far as `elapsedMs` tells. */
  work(ms: number): void;
  /** Tasks that are scheduled and have not run. */
  scheduled(): number;
  /** How often the machine came to rest. */
  timesRested(): number;
  /** The process that scheduled them is gone. */
  forgetTasks(): void;
  readonly log: readonly { level: 'info' | 'warn' | 'error'; event: string; fields: LogFields }[];
}

interface Task {
  readonly at: number;
  readonly run: () => void;
}

export const TEST_EPOCH_MS = 1_760_000_000_000;

export function createManualPorts(): ManualPorts {
  let now = TEST_EPOCH_MS;
  let workedMs = 0;
  let nonces = 0;
  let rests = 0;
  const tasks = new Set<Task>();
  const log: { level: 'info' | 'warn' | 'error'; event: string; fields: LogFields }[] = [];
  const write =
    (level: 'info' | 'warn' | 'error') =>
    (fields: LogFields, event: string): void =>
      void log.push({ level, event, fields });
  return {
    ports: {
      now: () => timeMs(now),
      elapsedMs: () => workedMs,
      schedule: (delayMs, run) => {
        const task = { at: now + delayMs, run };
        tasks.add(task);
        return () => void tasks.delete(task);
      },
      yieldTurn: async () => undefined,
      rested: () => {
        rests += 1;
      },
      nonce: () => Buffer.alloc(16, (nonces += 1)),
      logger: { info: write('info'), warn: write('warn'), error: write('error') },
    },
    advance: (ms) => {
      now += ms;
      const due = [...tasks].filter((task) => task.at <= now).sort((a, b) => a.at - b.at);
      for (const task of due) if (tasks.delete(task)) task.run();
    },
    setClock: (ms) => {
      now = ms;
    },
    work: (ms) => {
      workedMs += ms;
    },
    scheduled: () => tasks.size,
    timesRested: () => rests,
    forgetTasks: () => tasks.clear(),
    log,
  };
}
