import type { ChainRules } from '../../core/consensus/rules';
import type { Copy } from './copy';
import { genesisTip, tipAfter, type ChainEntry, type Tip } from './chain-entry';

/** The chain as one life of a peer has it, with what came of it. */
export class Ledger {
  tip: Tip;
  readonly #changes: Uint8Array[] = [];
  readonly #included = new Set<number>();

  constructor(
    rules: ChainRules,
    blocks: readonly ChainEntry[],
    readonly copy: Copy,
  ) {
    this.tip = genesisTip(rules);
    for (const entry of blocks) this.append(entry);
  }

  /** Transactions that are in the chain. */
  get included(): ReadonlySet<number> {
    return this.#included;
  }

  append(entry: ChainEntry): void {
    const { transactions, nextRules } = entry.block;
    for (const id of transactions) this.#included.add(id);
    if (nextRules.length > 0) this.#changes.push(nextRules);
    this.tip = tipAfter(entry);
  }

  hasChange(rules: Uint8Array): boolean {
    return this.#changes.some((change) => Buffer.compare(change, rules) === 0);
  }
}

/** What a peer's operator approved: it asks for blocks for a while; afterwards it is still voted for. */
export class Approval {
  rules: Uint8Array | undefined;
  #wantedUntilMs = 0;

  constructor(rules: Uint8Array | undefined) {
    this.rules = rules;
  }

  /** True when it is another one than before. */
  give(rules: Uint8Array, untilMs: number): boolean {
    this.#wantedUntilMs = untilMs;
    if (this.is(rules)) return false;
    this.rules = rules;
    return true;
  }

  is(rules: Uint8Array): boolean {
    return this.rules !== undefined && Buffer.compare(this.rules, rules) === 0;
  }

  wantedAt(nowMs: number): Uint8Array | undefined {
    return nowMs < this.#wantedUntilMs ? this.rules : undefined;
  }
}
