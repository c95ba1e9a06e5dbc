/** How long an answer of the payment provider is waited for; the sweep waits longer before it takes over. */
export const providerDeadlineMs = 10_000;

/** Rejects when the provider has not answered in time. What it was doing goes on; its outcome is asked for later. */
export async function withDeadline<T>(answer: Promise<T>, deadlineMs: number = providerDeadlineMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
