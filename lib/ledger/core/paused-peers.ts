import type { MachinePorts } from './ports';
import type { ChainId } from './types';

export interface PausedPeersOptions {
  readonly ports: Pick<MachinePorts, 'schedule' | 'logger'>;
  readonly isFull: () => boolean;
  /** There is room: the peer takes part again. */
  readonly resume: (chain: ChainId) => void;
}

/** How often peers that wait for room on the disk look for it. */
export const RESUME_MS = 1_000;

/** Peers of a host that wait for room on the disk: one timer for all of them. */
export class PausedPeers {
  readonly #options: PausedPeersOptions;
  readonly #chains = new Set<ChainId>();
  #disarm: (() => void) | undefined;

  constructor(options: PausedPeersOptions) {
    this.#options = options;
  }

  /** The peer can be read, and takes part again when there is room. */
  add(chain: ChainId): void {
    this.#chains.add(chain);
    this.#disarm ??= this.#options.ports.schedule(RESUME_MS, () => this.#look());
  }

  delete(chain: ChainId): void {
    this.#chains.delete(chain);
  }

  close(): void {
    this.#disarm?.();
  }

  #look(): void {
    this.#disarm = undefined;
    const { isFull, resume, ports } = this.#options;
    const chains = [...this.#chains];
    this.#chains.clear();
    for (const chain of chains) {
      if (isFull()) {
        this.add(chain);
        continue;
      }
      try {
        resume(chain);
      } catch (error) {
        // The others go on all the same.
        ports.logger.warn({ chain, reason: error instanceof Error ? error.message : 'unknown error' }, 'a peer could not go on although there is room on the disk');
      }
    }
  }
}
