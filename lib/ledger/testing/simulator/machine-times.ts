import type { World } from './world';

/** Genesis of simulated time: room for clocks that are behind. */
export const EPOCH_MS = 1_000_000;
/** How wrong a clock may be after stabilisation. */
const SKEW_MS_MAX = 500;

/** How long things take on a peer's machine, and what its clock says. */
export class MachineTimes {
  readonly #world: World;
  readonly #skewMs: number;

  constructor(world: World, peer: number) {
    this.#world = world;
    this.#skewMs = world.plan.skewMs[peer] ?? 0;
  }

  clockMs(): number {
    const skewMs = this.#world.isStable() ? Math.max(-SKEW_MS_MAX, Math.min(SKEW_MS_MAX, this.#skewMs)) : this.#skewMs;
    return EPOCH_MS + this.#world.queue.now + skewMs;
  }

  syncMs(): number {
    const { usualMs, slow, slowMs } = this.#world.plan.disk;
    return this.#draw(usualMs, slow, slowMs);
  }

  buildMs(): number {
    const { buildMs, slow, slowMs } = this.#world.plan.work;
    return this.#draw(buildMs, slow, slowMs);
  }

  checkMs(): number {
    const { checkMs, slow, slowMs } = this.#world.plan.work;
    return this.#draw(checkMs, slow, slowMs);
  }

  #draw(usualMs: number, slow: number, slowMs: number): number {
    const { random } = this.#world;
    return !this.#world.isStable() && random.chance(slow) ? random.below(slowMs) : random.below(usualMs + 1);
  }
}
