import { FabricStateError } from '../state-error';
import { parsePattern, type PatternNode } from './parse-pattern';
import { queryError } from './query-error';

/** Steps of the automaton that one pattern of one query may take: a second or two. */
const STEPS_MAX = 10_000_000;
const PROGRAM_MAX = 1_000;

type Step =
  | { readonly kind: 'unit'; readonly accepts: (point: number) => boolean }
  | { readonly kind: 'split'; readonly first: number; readonly second: number }
  | { readonly kind: 'assert'; readonly holds: (points: readonly number[], at: number) => boolean }
  | { readonly kind: 'match' };

/**
 * A regular expression as a function that looks for it anywhere in a text. It runs as an automaton, all states at once:
 * the time is that of the text times that of the pattern, whatever both are. JavaScript's own would take for ever over
 * `(a+)+b`, and a chaincode chooses the pattern. Throws `query-refused` for what is no pattern or needs to look back or
 * ahead; the function throws `limit-reached`.
 */
export function compilePattern(source: string): (text: string) => boolean {
  const emitter = new Emitter();
  emitter.emit(parsePattern(source));
  const automaton = new Automaton([...emitter.program, { kind: 'match' }]);
  return (text) => automaton.finds(text);
}

class Automaton {
  /** For each step, the last character at which it was come by. One for all texts: the marks only grow. */
  readonly #marks: Float64Array;
  #mark = 0;
  #left = STEPS_MAX;

  constructor(readonly program: readonly Step[]) {
    this.#marks = new Float64Array(program.length);
  }

  finds(text: string): boolean {
    const points = Array.from(text, (one) => one.codePointAt(0) ?? 0);
    let states: number[] = [];
    for (let at = 0; at <= points.length; at += 1) {
      states.push(0);
      const waiting = this.#close(states, points, at);
      if (waiting === undefined) return true;
      const point = points[at];
      if (point === undefined) return false;
      states = waiting.filter((index) => (this.program[index] as Step & { kind: 'unit' }).accepts(point)).map((index) => index + 1);
    }
    return false;
  }

  /** Follows what needs no character. The states that wait for one, or undefined when the end is reached. */
  #close(states: readonly number[], points: readonly number[], at: number): number[] | undefined {
    const waiting: number[] = [];
    const open = [...states];
    this.#mark += 1;
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (this.#marks[index] === this.#mark) continue;
      this.#marks[index] = this.#mark;
      this.#count();
      const step = this.program[index];
      if (step === undefined || step.kind === 'match') return undefined;
      if (step.kind === 'unit') waiting.push(index);
      else if (step.kind === 'split') open.push(step.first, step.second);
      else if (step.holds(points, at)) open.push(index + 1);
    }
    return waiting;
  }

  #count(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new FabricStateError('limit-reached', 'the pattern of $regex is too much work for these texts: use a shorter one, or a condition on a field');
  }
}

/** Writes the steps of a pattern one after another; repeats are written out. */
class Emitter {
  readonly program: Step[] = [];
  /** Parts looked at: an empty one that is repeated takes time without making the program longer. */
  #left = 10 * PROGRAM_MAX;

  emit(node: PatternNode): void {
    this.#left -= 1;
    if (this.#left < 0 || this.program.length > PROGRAM_MAX) {
      throw queryError('bad_arg', `Bad argument for operator $regex: the pattern has more than ${PROGRAM_MAX} parts`);
    }
    switch (node.kind) {
      case 'unit':
        this.program.push({ kind: 'unit', accepts: node.accepts });
        return;
      case 'assert':
        this.program.push({ kind: 'assert', holds: node.holds });
        return;
      case 'sequence':
        for (const part of node.parts) this.emit(part);
        return;
      case 'choice':
        this.#choice(node.parts);
        return;
      case 'repeat':
        for (let count = 0; count < node.min; count += 1) this.emit(node.part);
        if (node.max === Infinity) this.#loop(node.part);
        else for (let count = node.min; count < node.max; count += 1) this.#optional(node.part);
    }
  }

  #choice(parts: readonly PatternNode[]): void {
    const ends: number[] = [];
    for (const [index, part] of parts.entries()) {
      if (index === parts.length - 1) {
        this.emit(part);
        break;
      }
      const fork = this.#fork();
      this.emit(part);
      ends.push(this.#fork());
      this.program[fork] = { kind: 'split', first: fork + 1, second: this.program.length };
    }
    for (const end of ends) this.program[end] = { kind: 'split', first: this.program.length, second: this.program.length };
  }

  #optional(part: PatternNode): void {
    const fork = this.#fork();
    this.emit(part);
    this.program[fork] = { kind: 'split', first: fork + 1, second: this.program.length };
  }

  #loop(part: PatternNode): void {
    const fork = this.#fork();
    this.emit(part);
    this.program.push({ kind: 'split', first: fork, second: fork });
    this.program[fork] = { kind: 'split', first: fork + 1, second: this.program.length };
  }

  /** A place whose ways are known later. */
  #fork(): number {
    return this.program.push({ kind: 'split', first: 0, second: 0 }) - 1;
  }
}
