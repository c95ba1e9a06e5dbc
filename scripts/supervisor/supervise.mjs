// Long-running processes: output to log files, and a fresh start with growing pauses when one dies.
import { lastLines, openLogFile } from './log-file.mjs';

const pauseFirstMs = 500;
const pauseLastMs = 30_000;
/** After this long a start counts as good and the pauses begin again from the first. */
const steadyAfterMs = 60_000;

/**
 * @param {{ family: ReturnType<import('./processes.mjs').createFamily>, logs: string, say: (text: string) => void }} options
 * @returns `supervise(name, command, options)`: starts the command and keeps it running
 */
export function createSupervisor({ family, logs, say }) {
  return function supervise(name, command, { env, prefix, stopSignal, stopTimeoutMs } = {}) {
    const log = openLogFile(logs, name);
    let pauseMs = pauseFirstMs;
    let isReady = false;
    let isWanted = true;
    let firstEnd;
    let current;

    function start() {
      const startedAt = performance.now();
      current = family.start(command, { env, prefix, stopSignal, stopTimeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
      current.stdout?.on('data', log.write);
      current.stderr?.on('data', log.write);
      current.once('error', (error) => log.write(`${error.message}\n`));
      current.once('close', (code, signal) => {
        if (family.isStopping() || !isWanted) return;
        const reason = signal ? `was ended by ${signal}` : `ended with code ${code}`;
        if (!isReady) {
          firstEnd = `it ${reason}. The last lines of ${log.file}:\n${lastLines(log.file)}`;
          return;
        }
        if (performance.now() - startedAt > steadyAfterMs) pauseMs = pauseFirstMs;
        say(`  ! ${name} ${reason}; starting it again in ${pauseMs / 1000} s (log: ${log.file})`);
        setTimeout(() => {
          if (!family.isStopping() && isWanted) start();
        }, pauseMs);
        pauseMs = Math.min(pauseMs * 2, pauseLastMs);
      });
    }
    start();
    return {
      name,
      /** From now on a death is healed by a new start; before, it is a reason to give up. */
      markReady: () => {
        isReady = true;
      },
      endedBecause: () => firstEnd,
      /** Ends it for good and waits until it is gone. */
      stop: () => {
        isWanted = false;
        return family.stopChild(current);
      },
      get pid() {
        return current.pid;
      },
    };
  };
}
