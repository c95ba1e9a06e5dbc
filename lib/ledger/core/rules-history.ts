import { ByteReader, ByteWriter, CodecError } from './codec';
import { decodeRules, encodeRules, hashRules, rulesAt, type ChainRules } from './consensus/rules';
import type { Hash } from './types';

interface Entry {
  /** First height that is judged by them. */
  readonly from: number;
  readonly rules: ChainRules;
}

/** Name of the durable note that holds it. Absent while nothing was ever changed. */
export const RULES_NOTE = 'rules';
const FORMAT = 1;
/** A sub-chain whose validators change daily lives for years with it. */
export const CHANGES_MAX = 1_000;

/** By which rules each block of a sub-chain is judged: those of the genesis document, and every change since. */
export class RulesHistory {
  readonly #entries: readonly Entry[];

  private constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /** Throws CodecError when the note is not one. */
  static open(first: ChainRules, note: Uint8Array | undefined): RulesHistory {
    const entries: Entry[] = [{ from: 0, rules: first }];
    if (note === undefined) return new RulesHistory(entries);
    const reader = new ByteReader(note);
    const format = reader.u8();
    if (format !== FORMAT) throw new CodecError(`history of rules of format ${format}, this program reads ${FORMAT}`);
    entries.push(...reader.list(CHANGES_MAX, () => ({ from: reader.u48(), rules: decodeRules(reader.bytes(16 * 1024)) })));
    reader.end();
    if (entries.some(({ from }, at) => at > 0 && from <= (entries[at - 1]?.from ?? 0))) throw new CodecError('the history of rules is out of order');
    return new RulesHistory(entries);
  }

  /** The rules of a height, an upgrade that has come by then included. */
  at(height: number): ChainRules {
    const entry = this.#entries.findLast(({ from }) => from <= height) ?? this.#entries[0];
    if (entry === undefined) throw new RangeError('a history begins with rules');
    return activated(entry.rules, height);
  }

  /** No further change can be kept: a block that brings one is refused, rather than stop whoever takes it. */
  get isFull(): boolean {
    return this.#entries.length > CHANGES_MAX;
  }

  /** Another history, with rules that hold from that height on. */
  with(from: number, rules: ChainRules): RulesHistory {
    if (this.isFull) throw new RangeError(`more than ${CHANGES_MAX} changes of the rules`);
    return new RulesHistory([...this.#entries, { from, rules }]);
  }

  /** Heights of the blocks that changed the rules, ascending. */
  get changeHeights(): readonly number[] {
    return this.#entries.slice(1).map(({ from }) => from - 1);
  }

  encode(): Uint8Array {
    const changes = this.#entries.slice(1);
    const writer = new ByteWriter(1_024).u8(FORMAT);
    return writer.list(changes, ({ from, rules }) => writer.u48(from).bytes(encodeRules(rules))).finish();
  }
}

/** Rules are asked for at every block: the same object each time, so that what is known of them can be kept beside it. */
const upgraded = new WeakMap<ChainRules, ChainRules>();

function activated(rules: ChainRules, height: number): ChainRules {
  if (rules.upgrade === undefined || height < rules.upgrade.height) return rules;
  const known = upgraded.get(rules) ?? rulesAt(rules, height);
  upgraded.set(rules, known);
  return known;
}

/** The rules of the height after a block: those of its change, or the same; with an upgrade that begins there. */
export function rulesAfter(history: RulesHistory, height: number, change: ChainRules | undefined): ChainRules {
  return change === undefined ? history.at(height + 1) : activated(change, height + 1);
}

const hashes = new WeakMap<ChainRules, Hash>();

/** {@link hashRules}, once for each object. */
export function nameOfRules(rules: ChainRules): Hash {
  const known = hashes.get(rules) ?? hashRules(rules);
  hashes.set(rules, known);
  return known;
}
