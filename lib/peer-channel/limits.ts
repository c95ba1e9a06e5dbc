const KiB = 1024;
const MiB = 1024 * KiB;

/**
 * Every bound of the channel. What is counted per host is counted for each host at the other end: all together one that
 * is hostile binds about 650 MiB here.
 */
export const channelLimits = {
  /** A message may carry a block of 16 MiB. */
  messageBytesMax: 17 * MiB,
  /** A message travels in pieces of at most so many bytes. */
  partBytesMax: 256 * KiB,
  /** Messages of more than one piece that may be on their way at a time, per direction of a stream. */
  openMessagesMax: 2,
  /** Messages that wait to be sent, per host. */
  queueMessagesMax: 4_096,
  queueBytesMax: 64 * MiB,
  /** Messages that waited so long are dropped when their host cannot be reached: agreement has gone on without them. */
  staleMs: 30_000,
  /** Heights that wait to be heard, per host: one for each peer there. */
  announcementsMax: 65_536,
  /** Answers to announcements that wait to be sent, per stream. */
  repliesMax: 4_096,
  /** Messages that a handler is still busy with, per host, before no more are read from it. */
  handlingMessagesMax: 1_024,
  handlingBytesMax: 32 * MiB,
  /** Largest transaction that is handed in: as much as a block holds. Largest page of blocks: about 4 MiB and one block more. */
  transactionBytesMax: 2 * MiB,
  recordsMax: 256,
  recordsBytesMax: 22 * MiB,
  /** What a peer says of its snapshot, and largest range of one: a value of 16 MiB, and others. */
  snapshotAnswerBytesMax: 16 * KiB,
  rangeBytesMax: 18 * MiB,
  /** A request of a framework to another peer, and its answer. */
  peerRequestBytesMax: 128 * KiB,
  peerAnswerBytesMax: 5 * MiB,
  /** A task of a framework for another peer: a proposal or private data of 2 MiB, and what stands around it. */
  peerTaskBytesMax: 2 * MiB + 256 * KiB,
  /** Calls that are being answered, per host, until the other side has taken the answer in. */
  fetchesMax: 4,
  submitsMax: 64,
  /** Long tasks, and as many short ones. */
  tasksMax: 16,
  /** Calls that wait for their turn, per host and kind. */
  waitingCallsMax: 4_096,
  /** The same for tasks, which are larger. */
  waitingTasksMax: 64,
  fetchMs: 15_000,
  submitMs: 30_000,
  /** A call of a contract that takes all its time, and waiting before and after it. */
  taskMs: 45_000,
  shortTaskMs: 10_000,
  /** Of one host at a time: one that it leaves, or that is dead without anybody knowing yet, and its new one. */
  connectionsPerHostMax: 2,
  connectionsMax: 512,
  /** Strangers that have not yet proved who they are; one more pushes out the oldest. */
  handshakesMax: 128,
  handshakeMs: 10_000,
  dialMs: 5_000,
  /** The other side of a connection that we leave may take so long to say goodbye. */
  leaveMs: 30_000,
  /** Pause after a failed attempt: doubled each time, half of it by chance. */
  pauseMsMin: 250,
  pauseMsMax: 30_000,
  /** A connection without a message or call for so long is closed. */
  idleMs: 5 * 60_000,
  /** How often connections are looked at; no such timer while there is none. */
  sweepMs: 15_000,
  keepaliveMs: 10_000,
  keepaliveTimeoutMs: 10_000,
} satisfies Record<string, number>;

export type ChannelLimits = typeof channelLimits;
