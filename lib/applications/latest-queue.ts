/** Hands events of several sources to one reader; of each kind only the newest waits. */
export interface LatestQueue<T> {
  /** Replaces what waits under this name. */
  push(name: string, event: T): void;
  /** What waits is still read, then the reader is done. */
  end(): void;
  /** The reader gets this error once it has read what waits. The first one counts. */
  fail(error: unknown): void;
  isOver(): boolean;
  /** For one reader. */
  read(): AsyncGenerator<T>;
}

/** Bounded by construction: as many events wait as there are names. */
export function createLatestQueue<T>(): LatestQueue<T> {
  const waiting = new Map<string, T>();
  let over: { error?: unknown } | undefined;
  let wake: (() => void) | undefined;
  const settle = (end: { error?: unknown }) => {
    over ??= end;
    wake?.();
  };
  return {
    push(name, event) {
      if (over) return;
      waiting.set(name, event);
      wake?.();
    },
    end: () => settle({}),
    fail: (error) => settle({ error }),
    isOver: () => over !== undefined,
    async *read() {
      while (true) {
        for (const [name, event] of waiting) {
          waiting.delete(name);
          yield event;
        }
        if (waiting.size > 0) continue;
        if (over) {
          if ('error' in over) throw over.error;
          return;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
    },
  };
}
