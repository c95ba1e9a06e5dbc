// Progress on the terminal: one line per step, with the time it took.

/** `1234` → `1.2 s`. */
export function formatDuration(ms) {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

/**
 * A progress log.
 * @param {(line: string) => void} write where a finished line goes
 */
export function createLog(write = (line) => process.stdout.write(`${line}\n`)) {
  const startedAt = performance.now();
  return {
    say: (text) => write(text),
    /** Runs one named step and writes `name … note (time)` when it is done. `work` may return a note. */
    async step(name, work) {
      const from = performance.now();
      try {
        const result = await work();
        const note = typeof result === 'string' ? `: ${result}` : '';
        write(`  ✓ ${name}${note} (${formatDuration(performance.now() - from)})`);
        return result;
      } catch (error) {
        write(`  ✗ ${name} (${formatDuration(performance.now() - from)})`);
        throw error;
      }
    },
    elapsed: () => formatDuration(performance.now() - startedAt),
  };
}
