import type { ChannelLimits } from './limits';
import type { DropReason } from './refusals';
import type { Part, Route } from './wire';

export interface Message {
  readonly route: Route;
  readonly bytes: Uint8Array;
}

interface Waiting extends Message {
  readonly sinceMs: number;
}

/** A message whose first piece was sent. */
interface Sending extends Waiting {
  readonly id: number;
  offset: number;
}

/** Messages of one sub-chain. */
interface Lane {
  readonly waiting: Waiting[];
  waitingBytes: number;
  sending: Sending | undefined;
}

export type QueueLimits = Pick<ChannelLimits, 'messageBytesMax' | 'partBytesMax' | 'openMessagesMax' | 'queueMessagesMax' | 'queueBytesMax'>;

/**
 * What waits to be sent to one host, a lane for each sub-chain. Lanes take turns piece by piece, so that a quiet one
 * waits for at most one piece of each other. When the queue is full the longest lane loses its oldest message: whoever
 * floods pushes out its own, and one alone may use all of it. The oldest is what agreement needs least: it has either
 * gone on without it or repeats it.
 */
export class SendQueue {
  /** In the order of their turns. */
  private readonly lanes = new Map<string, Lane>();
  private nextId = 0;
  private sendingCount = 0;
  private count = 0;
  private sizeBytes = 0;

  constructor(
    private readonly limits: QueueLimits,
    private readonly onDrop: (reason: DropReason, messages: number) => void,
  ) {}

  /** Messages that are not wholly sent. */
  get messages(): number {
    return this.count;
  }

  /** Bytes of these messages. */
  get bytes(): number {
    return this.sizeBytes;
  }

  push(message: Message, nowMs: number): void {
    const { messageBytesMax, queueMessagesMax, queueBytesMax } = this.limits;
    if (message.bytes.length > messageBytesMax) return this.onDrop('too-large', 1);
    const lane = this.lanes.get(message.route.chain) ?? { waiting: [], waitingBytes: 0, sending: undefined };
    this.lanes.set(message.route.chain, lane);
    lane.waiting.push({ ...message, sinceMs: nowMs });
    lane.waitingBytes += message.bytes.length;
    this.count += 1;
    this.sizeBytes += message.bytes.length;
    let dropped = 0;
    // What is being sent is not taken back: at worst the new message itself is the one to go.
    for (; this.count > queueMessagesMax || this.sizeBytes > queueBytesMax; dropped += 1) this.dropOldest(this.longest(this.count > queueMessagesMax));
    if (dropped > 0) this.onDrop('queue-full', dropped);
  }

  /** The piece whose turn it is; undefined when there is none that may be sent now. */
  next(): Part | undefined {
    for (const [chain, lane] of this.lanes) {
      const part = this.nextOf(lane);
      if (!part) continue;
      this.lanes.delete(chain);
      if (lane.sending || lane.waiting.length > 0) this.lanes.set(chain, lane);
      return part;
    }
    return undefined;
  }

  /** The next piece of a message that was begun. */
  nextBegun(): Part | undefined {
    for (const lane of this.lanes.values()) {
      if (!lane.sending) continue;
      const part = this.continueSending(lane, lane.sending);
      this.forgetEmptyLanes();
      return part;
    }
    return undefined;
  }

  /** The stream is another one: messages that were sent in part are sent again from their beginning. */
  restart(): void {
    for (const lane of this.lanes.values()) {
      if (!lane.sending) continue;
      const { route, bytes, sinceMs } = lane.sending;
      lane.waiting.unshift({ route, bytes, sinceMs });
      lane.waitingBytes += bytes.length;
      lane.sending = undefined;
    }
    this.sendingCount = 0;
    this.nextId = 0;
  }

  dropOlderThan(sinceMs: number): void {
    const before = this.count;
    for (const lane of this.lanes.values()) while ((lane.waiting[0]?.sinceMs ?? Infinity) < sinceMs) this.dropOldest(lane);
    this.forgetEmptyLanes();
    if (this.count < before) this.onDrop('stale', before - this.count);
  }

  clear(reason: DropReason): void {
    const { count } = this;
    this.lanes.clear();
    [this.count, this.sizeBytes, this.sendingCount] = [0, 0, 0];
    if (count > 0) this.onDrop(reason, count);
  }

  private nextOf(lane: Lane): Part | undefined {
    if (lane.sending) return this.continueSending(lane, lane.sending);
    const [first] = lane.waiting;
    if (!first) return undefined;
    const { route, bytes } = first;
    const isWhole = bytes.length <= this.limits.partBytesMax;
    if (!isWhole && this.sendingCount >= this.limits.openMessagesMax) return undefined;
    lane.waiting.shift();
    lane.waitingBytes -= bytes.length;
    const id = this.nextId;
    this.nextId = (this.nextId + 1) % 2 ** 32;
    const opening = { route, sizeBytes: bytes.length };
    if (isWhole) {
      this.count -= 1;
      this.sizeBytes -= bytes.length;
      return { message: id, opening, bytes };
    }
    lane.sending = { ...first, id, offset: this.limits.partBytesMax };
    this.sendingCount += 1;
    return { message: id, opening, bytes: bytes.subarray(0, this.limits.partBytesMax) };
  }

  private continueSending(lane: Lane, sending: Sending): Part {
    const end = Math.min(sending.bytes.length, sending.offset + this.limits.partBytesMax);
    const bytes = sending.bytes.subarray(sending.offset, end);
    sending.offset = end;
    if (end === sending.bytes.length) {
      lane.sending = undefined;
      this.sendingCount -= 1;
      this.count -= 1;
      this.sizeBytes -= sending.bytes.length;
    }
    return { message: sending.id, opening: null, bytes };
  }

  private longest(byCount: boolean): Lane {
    let [longest] = this.lanes.values();
    if (!longest) throw new Error('an empty queue is not full');
    const lengthOf = (lane: Lane) => (byCount ? lane.waiting.length : lane.waitingBytes);
    for (const lane of this.lanes.values()) if (lengthOf(lane) > lengthOf(longest)) longest = lane;
    return longest;
  }

  private dropOldest(lane: Lane): void {
    const oldest = lane.waiting.shift();
    if (!oldest) throw new Error('the longest lane has a message that waits');
    lane.waitingBytes -= oldest.bytes.length;
    this.count -= 1;
    this.sizeBytes -= oldest.bytes.length;
  }

  private forgetEmptyLanes(): void {
    for (const [chain, lane] of this.lanes) if (!lane.sending && lane.waiting.length === 0) this.lanes.delete(chain);
  }
}
