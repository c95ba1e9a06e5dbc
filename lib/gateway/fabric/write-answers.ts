/** The writing side of a stream. */
export interface AnswerStream {
  write(answer: Uint8Array, taken: (error?: Error | null) => void): unknown;
  end(): unknown;
  emit(event: 'error', error: unknown): unknown;
}

/**
 * Writes answers one by one: the next is made when the network took the one before, so that a slow reader keeps one of them
 * here and no more. Ends when `hangup` is aborted; `stalled`: it was aborted
 * here, for the reader took nothing for `stalledMs`. Rejects with what
 * the answers reject with.
 */
export async function writeAnswers(answers: AsyncGenerator<Uint8Array, void>, stream: AnswerStream, hangup: AbortController, stalledMs: number): Promise<'over' | 'stalled'> {
  const { signal } = hangup;
  const hungUp = new Promise<'over'>((resolve) => {
    if (signal.aborted) resolve('over');
    signal.addEventListener('abort', () => resolve('over'), { once: true });
  });
  try {
    for (;;) {
      // A generator that waits for a request of a client that is gone would wait for ever.
      const next = answers.next();
      next.catch(() => undefined);
      const step = await Promise.race([next, hungUp]);
      if (step === 'over' || step.done === true) return 'over';
      if ((await write(step.value, stream, hungUp, stalledMs)) === 'stalled') {
        hangup.abort(new Error('the reader takes nothing'));
        return 'stalled';
      }
    }
  } finally {
    // Its end gives back what it holds; one that still waits ends with the signal.
    answers.return().catch(() => undefined);
  }
}

async function write(answer: Uint8Array, stream: AnswerStream, hungUp: Promise<'over'>, stalledMs: number): Promise<'taken' | 'over' | 'stalled'> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<'stalled'>((resolve) => (timer = setTimeout(() => resolve('stalled'), stalledMs)));
  try {
    return await Promise.race([new Promise<'taken' | 'over'>((resolve) => stream.write(answer, (error) => resolve(error ? 'over' : 'taken'))), hungUp, stalled]);
  } finally {
    clearTimeout(timer);
  }
}
