const MiB = 1024 * 1024;

/** Every bound of the door. */
export const fabricLimitDefaults = {
  /** An envelope or proposal has at most 2 MiB, and what stands around it. */
  requestBytesMax: 3 * MiB,
  /** A block has at most 16 MiB, more with private data; as much as Fabric sends. */
  answerBytesMax: 100 * MiB,
  connectionsMax: 2_000,
  /** Ports beside the common one. */
  entrancesMax: 256,
  handshakeMs: 10_000,
  /** Calls and streams of one connection at a time. */
  callsPerConnectionMax: 200,
  /** Calls that are carried out at a time, also those whose client hung up. */
  callsMax: 2_000,
  /** Streams at a time, also those whose client has not said yet what it wants. */
  streamsMax: 2_500,
  /** A call takes at most so long, whatever the client's own deadline is. */
  callMs: 120_000,
  /** Of requests that are on their way or being carried out, of all connections and of one. */
  heldBytesMax: 256 * MiB,
  heldBytesPerConnectionMax: 64 * MiB,
  /** A request that is not whole so long after its call began ends it; so does a stream on which nothing was asked for yet. */
  requestMs: 30_000,
  /** A stream on which everything that was asked for is answered, and nothing is asked for so long, is ended. */
  nextRequestMs: 5 * 60_000,
  /** So long may one answer wait for a reader that takes nothing; its connection is cut then. */
  stalledMs: 10 * 60_000,
  idleMs: 30 * 60_000,
  keepaliveMs: 60_000,
  keepaliveTimeoutMs: 20_000,
  /** What is being carried out when the door closes may take so long. */
  drainMs: 5_000,
} satisfies Record<string, number>;

export type FabricLimits = Readonly<typeof fabricLimitDefaults>;
