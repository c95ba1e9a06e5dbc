import { ChannelError } from './channel-error';

interface Waiting {
  readonly chain: string;
  readonly enter: () => void;
}

/** Of all seats, and of all places in line, that one sub-chain may have. */
export interface ChainShare {
  readonly seats: number;
  readonly line: number;
}

const whole: ChainShare = { seats: 1, line: 1 };

/**
 * Lets so many calls run at a time; the others wait in line, and one too many is refused. Of those that wait the sub-chain's
 * comes first that has the fewest running. Where calls take their time, a share keeps one sub-chain from having all seats.
 */
export class CallGate {
  private readonly running = new Map<string, number>();
  private seats = 0;
  private readonly line = new Set<Waiting>();
  private readonly seatsPerChainMax: number;
  private readonly waitingPerChainMax: number;

  constructor(
    private readonly runningMax: number,
    private readonly waitingMax: number,
    share: ChainShare = whole,
  ) {
    this.seatsPerChainMax = Math.ceil(runningMax * share.seats);
    this.waitingPerChainMax = Math.ceil(waitingMax * share.line);
  }

  /** Calls that run or wait. */
  get count(): number {
    return this.seats + this.line.size;
  }

  /** Rejects with the signal's reason when it comes before the turn. */
  async run<T>(chain: string, task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.hasSeatFor(chain)) this.take(chain);
    else await this.turn(chain, signal);
    try {
      return await task();
    } finally {
      this.leave(chain);
    }
  }

  private hasSeatFor(chain: string): boolean {
    return this.seats < this.runningMax && this.runningOf(chain) < this.seatsPerChainMax;
  }

  private runningOf(chain: string): number {
    return this.running.get(chain) ?? 0;
  }

  private take(chain: string): void {
    this.seats += 1;
    this.running.set(chain, this.runningOf(chain) + 1);
  }

  private leave(chain: string): void {
    this.seats -= 1;
    const left = this.runningOf(chain) - 1;
    if (left > 0) this.running.set(chain, left);
    else this.running.delete(chain);
    const ready = [...this.line].filter((one) => this.hasSeatFor(one.chain));
    const [first] = ready;
    if (first === undefined) return;
    const next = ready.reduce((best, one) => (this.runningOf(one.chain) < this.runningOf(best.chain) ? one : best), first);
    this.line.delete(next);
    this.take(next.chain);
    next.enter();
  }

  private turn(chain: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waiting = [...this.line].filter((one) => one.chain === chain).length;
    if (this.line.size >= this.waitingMax || waiting >= this.waitingPerChainMax) throw new ChannelError('busy', 'Too many calls to this host wait already.');
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.line.delete(waitingCall);
        reject(signal.reason);
      };
      const waitingCall: Waiting = {
        chain,
        enter: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      this.line.add(waitingCall);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
