/** Answers requests, at most `max` at a time, in the order in which they came. What fails ends it there. */
export async function* answerInOrder<I, O>(requests: AsyncIterable<I>, max: number, answer: (request: I) => Promise<O>): AsyncGenerator<O, void> {
  const source = requests[Symbol.asyncIterator]();
  const waiting: Promise<{ readonly answered: O }>[] = [];
  const take = () => source.next().then((taken) => ({ taken }));
  let next: ReturnType<typeof take> | undefined = take();
  for (;;) {
    const [first] = waiting;
    const reads = waiting.length < max ? next : undefined;
    const candidates = [first, reads].filter((one) => one !== undefined);
    if (candidates.length === 0) return;
    const step = await Promise.race(candidates);
    if ('answered' in step) {
      waiting.shift();
      yield step.answered;
    } else if (step.taken.done === true) {
      next = undefined;
    } else {
      const promise = answer(step.taken.value).then((answered) => ({ answered }));
      // It is looked at in its turn.
      promise.catch(() => undefined);
      waiting.push(promise);
      next = take();
      next.catch(() => undefined);
    }
  }
}
