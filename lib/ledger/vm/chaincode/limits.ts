const MiB = 1024 * 1024;

/** Every bound of a chaincode stream. Fabric's peer has none of its own but the size of gRPC messages and the query limit. */
export const chaincodeLimits = {
  /** Largest message in either direction. */
  messageBytesMax: 16 * MiB,
  /** Transactions that run on one stream at a time. */
  transactionsMax: 256,
  /** Requests to the world in one transaction. */
  operationsMax: 100_000,
  /** Iterators that one transaction holds open at a time. */
  iteratorsMax: 64,
  /** Results that go to the chaincode in one message: `MaxResultLimit` of Fabric's chaincode support. */
  resultsPerMessage: 100,
  /** Bytes of results after which a message is cut, whatever their number. */
  resultsBytesPerMessage: 4 * MiB,
  /** Results of one query: `ledger.state.totalQueryLimit` of Fabric's core.yaml. */
  resultsMax: 100_000,
  /** Messages that belong to nothing that runs, since the last answer of a transaction: late ones are few, a flood is not. */
  strayMessagesMax: 1_000,
  /** A stream that is open must register so soon. Milliseconds. */
  registerMs: 10_000,
} satisfies Record<string, number>;

export type ChaincodeLimits = typeof chaincodeLimits;
