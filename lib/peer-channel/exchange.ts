import { Assembler } from './assembler';
import type { ChannelLimits } from './limits';
import type { RefusalReason } from './refusals';
import type { Arrived, Frame, Route } from './wire';

/** What the streams of both sides of a gRPC call have in common. */
export interface FrameStream {
  /** False: write no more before `drain`. */
  write(frame: Frame): boolean;
  end(): void;
  pause(): unknown;
  resume(): unknown;
  on(event: 'data', listener: (frame: Arrived<Frame>) => void): unknown;
  on(event: 'drain' | 'end', listener: () => void): unknown;
}

export interface ExchangeSide {
  /** The next frame of ours; when `begun` is set, only what completes messages that were begun on this stream. */
  next(begun: boolean): Frame | undefined;
  /** Undefined, or why nothing on this route is accepted. It is noted there. */
  refusalOf(route: Route): RefusalReason | undefined;
  message(route: Route, bytes: Uint8Array): void | Promise<void>;
  announced(route: Route, height: number): void;
  heard(route: Route, height: number, refusal: string): void;
  /** Both sides have said goodbye: nothing was lost. */
  finished(): void;
  /** The other side broke the rules: the connection must be cut. */
  violated(reason: RefusalReason): void;
}

/**
 * One stream of frames, whoever opened it. It writes as long as the other side reads, reads as long as handlers keep up,
 * and ends when both sides have said goodbye.
 */
export class Exchange {
  private readonly assembler: Assembler;
  private readonly replies = new Map<string, Frame>();
  private isBlocked = false;
  /** Nothing new is begun on this stream. */
  private isLeaving = false;
  private saidGoodbye = false;
  private heardGoodbye = false;
  /** The other side has closed its direction. */
  private hasEnded = false;
  /** We have closed ours. */
  private isClosed = false;
  private isOver = false;
  private handlingMessages = 0;
  private handlingBytes = 0;
  /** When a frame went or came last. */
  lastUsedMs: number;

  constructor(
    private readonly stream: FrameStream,
    private readonly side: ExchangeSide,
    private readonly limits: ChannelLimits,
    /** Only who opened a call can half-close it before the other side ends it. */
    private readonly isDialler: boolean,
    private readonly now: () => number,
  ) {
    this.lastUsedMs = now();
    this.assembler = new Assembler(limits, (route) => side.refusalOf(route) === undefined);
    stream.on('data', (frame) => this.read(frame));
    stream.on('drain', () => {
      this.isBlocked = false;
      this.kick();
    });
    stream.on('end', () => this.ended());
  }

  /** Whether new messages may be begun on it. */
  get isUsable(): boolean {
    return !this.isLeaving && !this.isOver;
  }

  get isOpen(): boolean {
    return !this.isOver;
  }

  /** More was announced than has come. */
  get isMidMessage(): boolean {
    return this.assembler.openMessages > 0;
  }

  /** Sends what there is to send. */
  kick(): void {
    while (!this.isBlocked && !this.isOver && !this.saidGoodbye) {
      const frame = this.nextReply() ?? this.side.next(this.isLeaving) ?? (this.isLeaving ? this.goodbye() : undefined);
      if (!frame) return;
      this.lastUsedMs = this.now();
      if (!this.stream.write(frame)) this.isBlocked = true;
    }
    this.finishIfDone();
  }

  /** Completes what was begun, says goodbye, and waits for the other side's. */
  leave(): void {
    this.isLeaving = true;
    this.kick();
  }

  /** The stream is gone. Answers why that is to be noted: something that was announced did not come. */
  cut(): RefusalReason | undefined {
    const wasOver = this.isOver;
    this.isOver = true;
    return !wasOver && this.isMidMessage ? 'truncated' : undefined;
  }

  private goodbye(): Frame {
    this.saidGoodbye = true;
    return { kind: 'goodbye', goodbye: {} };
  }

  private nextReply(): Frame | undefined {
    const [first] = this.replies;
    if (!first) return undefined;
    this.replies.delete(first[0]);
    return first[1];
  }

  private read(arrived: Arrived<Frame>): void {
    if (this.isOver) return;
    this.lastUsedMs = this.now();
    if (!arrived.ok) return this.violate(arrived.reason);
    if (this.heardGoodbye) return this.violate('out-of-turn');
    const frame = arrived.value;
    switch (frame.kind) {
      case 'part': {
        const assembled = this.assembler.add(frame.part);
        if (!assembled) return;
        if ('violation' in assembled) return this.violate(assembled.violation);
        return this.handle(assembled.route, assembled.bytes);
      }
      case 'height':
        return this.announced(frame.height.route, frame.height.height);
      case 'heard':
        return this.side.heard(frame.heard.route, frame.heard.height, frame.heard.refusal);
      case 'goodbye':
        this.heardGoodbye = true;
        return this.leave();
    }
  }

  private announced(route: Route, height: number): void {
    const refusal = this.side.refusalOf(route);
    if (!refusal) this.side.announced(route, height);
    const name = `${route.to} ${route.chain}`;
    // One that asks and does not read its answers gets fewer of them.
    if (!this.replies.has(name) && this.replies.size >= this.limits.repliesMax) return;
    this.replies.set(name, { kind: 'heard', heard: { route, height, refusal: refusal ?? '' } });
    this.kick();
  }

  private handle(route: Route, bytes: Uint8Array): void {
    const handled = this.side.message(route, bytes);
    if (!handled) return;
    this.handlingMessages += 1;
    this.handlingBytes += bytes.length;
    if (this.isBusy) this.stream.pause();
    const release = () => {
      const wasBusy = this.isBusy;
      this.handlingMessages -= 1;
      this.handlingBytes -= bytes.length;
      if (wasBusy && !this.isBusy && !this.isOver) this.stream.resume();
    };
    handled.then(release, release);
  }

  private get isBusy(): boolean {
    return this.handlingMessages >= this.limits.handlingMessagesMax || this.handlingBytes >= this.limits.handlingBytesMax;
  }

  private ended(): void {
    if (this.isOver) return;
    if (!this.heardGoodbye || this.isMidMessage) return this.violate('truncated');
    this.hasEnded = true;
    this.kick();
  }

  /** The dialler closes its direction first: a call is over, in both directions, when its other side ends it. */
  private finishIfDone(): void {
    if (!this.saidGoodbye || this.isOver) return;
    if (this.isDialler !== this.hasEnded && !this.isClosed) {
      this.isClosed = true;
      this.stream.end();
    }
    if (!this.hasEnded) return;
    this.isOver = true;
    this.side.finished();
  }

  private violate(reason: RefusalReason): void {
    this.isOver = true;
    this.side.violated(reason);
  }
}
