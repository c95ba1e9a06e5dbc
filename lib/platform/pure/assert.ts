/** A broken invariant: our mistake, never the user's. A request ends with 500, a peer stops. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Marks a branch that the types say cannot be reached. */
export function assertNever(value: never, message: string): never {
  throw new AssertionError(`${message}: ${JSON.stringify(value)}`);
}
