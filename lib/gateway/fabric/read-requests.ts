import type { Readable } from 'node:stream';

export interface ReadRequests {
  /** Until the first request. */
  readonly firstMs: number;
  /** From the end of what a request asked for until the next one. */
  readonly nextMs: number;
  /** What the request before asked for is done. */
  readonly done: (request: Uint8Array) => void;
}

/** Requests of a stream as they come, read one by one. A stream on which nothing is asked for in time ends, as if it was half closed. */
export async function* readRequests(stream: Readable, { firstMs, nextMs, done }: ReadRequests): AsyncGenerator<Uint8Array, void> {
  const queue: Uint8Array[] = [];
  let isOver = false;
  let wake: () => void = () => undefined;
  const over = () => {
    isOver = true;
    wake();
  };
  stream.on('data', (request: Uint8Array) => {
    queue.push(request);
    // Until this one is taken, the client has to keep the next.
    stream.pause();
    wake();
  });
  for (const event of ['end', 'close', 'error', 'cancelled']) stream.on(event, over);
  let timer = setTimeout(over, firstMs);
  try {
    for (;;) {
      const request = queue.shift();
      if (request !== undefined) {
        clearTimeout(timer);
        yield request;
        done(request);
        timer = setTimeout(over, nextMs);
        stream.resume();
      } else if (isOver) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    clearTimeout(timer);
  }
}
