export type FabricRefusalCode =
  /** The bytes are not what they should be. */
  | 'malformed'
  /** More, longer or deeper than is read here. */
  | 'limit'
  /** Well formed, and against a rule. */
  | 'not-allowed';

/** Bytes or texts from outside that are refused. The message says what is wrong, in Fabric's words where Fabric has some. */
export class FabricRefusal extends Error {
  override readonly name = 'FabricRefusal';

  constructor(
    readonly code: FabricRefusalCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Runs `read`; what it refuses is told with where it stood. Other errors pass. */
export function readWithin<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof FabricRefusal) throw new FabricRefusal(error.code, `${where}: ${error.message}`, { cause: error });
    throw error;
  }
}
