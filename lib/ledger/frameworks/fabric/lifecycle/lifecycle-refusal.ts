/** What `_lifecycle` answers instead of a result: the chaincode's status, and Fabric's words. */
export class LifecycleRefusal extends Error {
  override readonly name = 'LifecycleRefusal';
  /** `status` 404: what was asked for is not there. 500: all else. */
  constructor(
    message: string,
    readonly status: 404 | 500 = 500,
  ) {
    super(message);
  }
}

/** Runs `act`; its refusal is told with what was being done. */
export function within<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof LifecycleRefusal) throw new LifecycleRefusal(`${what}: ${error.message}`);
    throw error;
  }
}
