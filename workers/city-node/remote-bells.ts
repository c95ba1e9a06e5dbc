import type { ControlLogger } from '@/lib/control';

/** A height that another host has not heard of yet. */
interface Bell {
  readonly chain: string;
  readonly cityNode: string;
  height: number;
  failures: number;
}

const pauseMsMin = 250;
const pauseMsMax = 30_000;
const attemptsMax = 200;

/**
 * Tells peers in other hosts of new heights: one call at a time for each peer, always with the newest height, again and
 * again while the other host is away. A sub-chain without news has no bell here.
 */
export class RemoteBells {
  private readonly bells = new Map<string, Bell>();
  private readonly pauses = new Set<NodeJS.Timeout>();
  private closed = false;

  constructor(
    private readonly send: (chain: string, cityNode: string, height: number) => Promise<void>,
    private readonly logger: ControlLogger,
  ) {}

  ring(chain: string, cityNode: string, height: number): void {
    const name = `${cityNode}/${chain}`;
    const known = this.bells.get(name);
    if (known) {
      known.height = Math.max(known.height, height);
      return;
    }
    const bell: Bell = { chain, cityNode, height, failures: 0 };
    this.bells.set(name, bell);
    void this.run(name, bell);
  }

  close(): void {
    this.closed = true;
    for (const pause of this.pauses) clearTimeout(pause);
    this.pauses.clear();
    this.bells.clear();
  }

  private async run(name: string, bell: Bell): Promise<void> {
    for (let heard = -1; !this.closed && heard < bell.height; ) {
      const { height } = bell;
      try {
        await this.send(bell.chain, bell.cityNode, height);
        heard = height;
        bell.failures = 0;
      } catch (error) {
        bell.failures += 1;
        this.noteFailure(bell, error);
        if (bell.failures < attemptsMax) return this.pause(name, bell);
        break;
      }
    }
    this.bells.delete(name);
  }

  private noteFailure({ chain, cityNode, failures }: Bell, error: unknown): void {
    if (failures !== 1 && failures !== attemptsMax) return;
    this.logger.warn({ chain, cityNode, failures, err: error instanceof Error ? error.message : 'unknown' }, 'another host does not hear of new blocks');
  }

  private pause(name: string, bell: Bell): void {
    if (this.closed) return;
    const timer = setTimeout(
      () => {
        this.pauses.delete(timer);
        void this.run(name, bell);
      },
      Math.min(pauseMsMax, pauseMsMin * 2 ** Math.min(bell.failures - 1, 10)),
    );
    timer.unref();
    this.pauses.add(timer);
  }
}
