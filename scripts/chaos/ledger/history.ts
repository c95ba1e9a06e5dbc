import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import path from 'node:path';

/** What a client asks one peer. Hashes and addresses are 0x and hexadecimal digits in lower case. */
export type Question =
  /** Hand in a transaction; `value` is what it writes into its account's register, absent when it writes nothing. */
  | { readonly kind: 'submit'; readonly tx: string; readonly account: string; readonly nonce: number; readonly value?: number }
  | { readonly kind: 'receipt'; readonly tx: string }
  /** The register of an account. */
  | { readonly kind: 'read'; readonly account: string }
  | { readonly kind: 'height' };

export interface ReceiptFound {
  readonly height: number;
  readonly blockHash: string;
  readonly index: number;
  readonly succeeded: boolean;
}

/** What came of it. `unknown`: it may have had its effect, now or later. `fail`: it certainly had and will have none. */
export type Outcome =
  | { readonly type: 'ok'; readonly receipt?: ReceiptFound | null; readonly value?: number; readonly height?: number }
  | { readonly type: 'fail' | 'unknown'; readonly reason: string };

export type Operation = Question & {
  readonly id: number;
  readonly client: number;
  /** Name of the peer that was asked. */
  readonly peer: string;
  /** Milliseconds of one monotonic clock: before the first byte left, after the last came. */
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: Outcome;
};

export interface History {
  readonly operations: readonly Operation[];
  nowMs(): number;
  /** Runs the question and keeps what came of it. */
  record(client: number, peer: string, question: Question, ask: () => Promise<Outcome>): Promise<Outcome>;
  /** What was done to the nodes: for whoever reads the file, not for the checker. */
  note(event: string, details: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

/**
 * Keeps every operation in memory and as lines of JSON in the file: one line when it begins, one when it ends, so that
 * also what never ended is seen. All of it by one clock of one process.
 */
export function openHistory(file: string): History {
  mkdirSync(path.dirname(file), { recursive: true });
  const stream: WriteStream = createWriteStream(file);
  const operations: Operation[] = [];
  const beganAt = performance.now();
  const nowMs = () => performance.now() - beganAt;
  const write = (line: Readonly<Record<string, unknown>>) => void stream.write(`${JSON.stringify(line)}\n`);
  let nextId = 0;
  return {
    operations,
    nowMs,
    async record(client, peer, question, ask) {
      const id = nextId++;
      const startMs = nowMs();
      write({ at: startMs, type: 'invoke', id, client, peer, ...question });
      const outcome = await ask();
      const endMs = nowMs();
      write({ at: endMs, id, ...outcome });
      operations.push({ ...question, id, client, peer, startMs, endMs, outcome });
      return outcome;
    },
    note: (event, details) => write({ at: nowMs(), type: 'nemesis', event, ...details }),
    close: () => new Promise((resolve) => stream.end(resolve)),
  };
}
