import type { Readable } from 'node:stream';

/** Requests of a stream as they come, read one by one. A stream on which nothing is asked for so long ends, as if it was half closed. */
export async function* readRequests(stream: Readable, firstRequestMs: number): AsyncGenerator<Uint8Array, void> {
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
  const timer = setTimeout(over, firstRequestMs);
  try {
    for (;;) {
      const request = queue.shift();
      if (request !== undefined) {
        clearTimeout(timer);
        yield request;
        stream.resume();
      } else if (isOver) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    clearTimeout(timer);
  }
}
