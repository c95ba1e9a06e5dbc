import type { EvmMessage } from '../../../vm/evm';

/** Names kept; the one that was heavy longest ago is forgotten first. */
const HINTS_MAX = 1_000;

/** Which functions of which contracts were heavy lately: they need not be tried on the main thread first. A guess. */
export class HeavyHints {
  readonly #names = new Set<string>();

  has(name: string): boolean {
    return this.#names.has(name);
  }

  add(name: string): void {
    this.#names.delete(name);
    if (this.#names.size >= HINTS_MAX) {
      for (const oldest of this.#names) {
        this.#names.delete(oldest);
        break;
      }
    }
    this.#names.add(name);
  }

  delete(name: string): void {
    this.#names.delete(name);
  }
}

/** Chain, contract and selector; creations are told apart by the start of their code. */
export function nameOfMessage(chain: string, { to, data }: Pick<EvmMessage, 'to' | 'data'>): string {
  const start = to === undefined ? data.subarray(0, CREATION_BYTES) : data.subarray(0, SELECTOR_BYTES);
  return `${chain} ${Buffer.from(to ?? []).toString('latin1')} ${Buffer.from(start).toString('latin1')}`;
}

const SELECTOR_BYTES = 4;
const CREATION_BYTES = 64;
