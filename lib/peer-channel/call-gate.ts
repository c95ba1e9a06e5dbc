import { ChannelError } from './channel-error';

interface Waiting {
  readonly enter: () => void;
}

/** Lets so many calls run at a time; the others wait in line, and one too many is refused. */
export class CallGate {
  private running = 0;
  private readonly line = new Set<Waiting>();

  constructor(
    private readonly runningMax: number,
    private readonly waitingMax: number,
  ) {}

  /** Calls that run or wait. */
  get count(): number {
    return this.running + this.line.size;
  }

  /** Rejects with the signal's reason when it comes before the turn. */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.running >= this.runningMax) await this.turn(signal);
    else this.running += 1;
    try {
      return await task();
    } finally {
      const [next] = this.line;
      if (next) {
        this.line.delete(next);
        next.enter();
      } else this.running -= 1;
    }
  }

  private turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.line.size >= this.waitingMax) throw new ChannelError('busy', 'Too many calls to this host wait already.');
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.line.delete(waiting);
        reject(signal.reason);
      };
      const waiting: Waiting = {
        enter: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      this.line.add(waiting);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
