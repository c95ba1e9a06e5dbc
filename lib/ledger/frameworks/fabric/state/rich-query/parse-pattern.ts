import { queryError } from './query-error';

const PATTERN_LENGTH_MAX = 1_000;
const GROUPS_DEPTH_MAX = 50;
const REPEAT_MAX = 500;

export type PatternNode =
  | { readonly kind: 'unit'; readonly accepts: Accepts }
  | { readonly kind: 'assert'; readonly holds: (points: readonly number[], at: number) => boolean }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly part: PatternNode; readonly min: number; readonly max: number };

type Accepts = (point: number) => boolean;

const isDigit: Accepts = (point) => point >= 0x30 && point <= 0x39;
const isWord: Accepts = (point) => isDigit(point) || point === 0x5f || (point >= 0x41 && point <= 0x5a) || (point >= 0x61 && point <= 0x7a);
const isSpace: Accepts = (point) => point === 0x20 || (point >= 0x09 && point <= 0x0d);
const not =
  (accepts: Accepts): Accepts =>
  (point) =>
    !accepts(point);
const classes = new Map<string, Accepts>([
  ['d', isDigit],
  ['D', not(isDigit)],
  ['w', isWord],
  ['W', not(isWord)],
  ['s', isSpace],
  ['S', not(isSpace)],
]);
const controls = new Map([
  ['t', 0x09],
  ['n', 0x0a],
  ['r', 0x0d],
  ['f', 0x0c],
  ['v', 0x0b],
  ['e', 0x1b],
  ['a', 0x07],
]);

const atWordEdge = (points: readonly number[], at: number): boolean => isWord(points[at - 1] ?? -1) !== isWord(points[at] ?? -1);

/**
 * The part of Perl's regular expressions that needs no memory: characters, classes, `^ $ \b \B \A \z`, groups, `|`, repeats
 * (lazy ones match the same texts), and `(?i)` in front. Throws `query-refused`.
 */
export function parsePattern(source: string): PatternNode {
  if (source.length > PATTERN_LENGTH_MAX) throw refused(source, `it has more than ${PATTERN_LENGTH_MAX} characters`);
  const ignoresCase = source.startsWith('(?i)');
  const parser = new Parser(source, Array.from(ignoresCase ? source.slice(4) : source), ignoresCase);
  const node = parser.choice(0);
  parser.end();
  return node;
}

class Parser {
  #at = 0;

  constructor(
    readonly source: string,
    readonly units: readonly string[],
    readonly ignoresCase: boolean,
  ) {}

  choice(depth: number): PatternNode {
    if (depth > GROUPS_DEPTH_MAX) throw this.#refused(`groups lie deeper than ${GROUPS_DEPTH_MAX}`);
    const parts = [this.#sequence(depth)];
    while (this.#take('|')) parts.push(this.#sequence(depth));
    return { kind: 'choice', parts };
  }

  end(): void {
    if (this.#at < this.units.length) throw this.#refused('a parenthesis is closed that was not opened');
  }

  #sequence(depth: number): PatternNode {
    const parts: PatternNode[] = [];
    for (let unit = this.units[this.#at]; unit !== undefined && unit !== '|' && unit !== ')'; unit = this.units[this.#at]) {
      parts.push(this.#repeated(this.#atom(depth)));
    }
    return { kind: 'sequence', parts };
  }

  #atom(depth: number): PatternNode {
    const unit = this.#next();
    switch (unit) {
      case '(': {
        if (this.#take('?') && !this.#take(':')) throw this.#refused('of groups that begin with (? only (?: is possible, and (?i) in front of all');
        const inner = this.choice(depth + 1);
        if (!this.#take(')')) throw this.#refused('a parenthesis is not closed');
        return inner;
      }
      case '[':
        return { kind: 'unit', accepts: this.#class() };
      case '.':
        return { kind: 'unit', accepts: (point) => point !== 0x0a };
      case '^':
        return { kind: 'assert', holds: (_points, at) => at === 0 };
      case '$':
        return { kind: 'assert', holds: (points, at) => at === points.length || (at === points.length - 1 && points[at] === 0x0a) };
      case '*':
      case '+':
      case '?':
        throw this.#refused('there is nothing to repeat');
      case '\\':
        return this.#escaped();
      default:
        return { kind: 'unit', accepts: this.#same(pointOf(unit)) };
    }
  }

  #escaped(): PatternNode {
    const unit = this.units[this.#at];
    if (unit === 'b') return this.#assertion(atWordEdge);
    if (unit === 'B') return this.#assertion((points, at) => !atWordEdge(points, at));
    if (unit === 'A') return this.#assertion((_points, at) => at === 0);
    if (unit === 'z') return this.#assertion((points, at) => at === points.length);
    const found = this.#escape();
    return { kind: 'unit', accepts: typeof found === 'number' ? this.#same(found) : found };
  }

  #assertion(holds: (points: readonly number[], at: number) => boolean): PatternNode {
    this.#next();
    return { kind: 'assert', holds };
  }

  /** After a backslash: one character, or a class of them. */
  #escape(): number | Accepts {
    const unit = this.#next();
    const found = classes.get(unit) ?? controls.get(unit);
    if (found !== undefined) return found;
    if (unit === 'x') return this.#hexadecimal(2);
    if (/[a-zA-Z0-9]/.test(unit)) throw this.#refused(`\\${unit} is not possible`);
    return pointOf(unit);
  }

  #hexadecimal(digits: number): number {
    const text = this.units.slice(this.#at, this.#at + digits).join('');
    if (!/^[0-9a-fA-F]{2}$/.test(text)) throw this.#refused('\\x needs two hexadecimal digits');
    this.#at += digits;
    return Number.parseInt(text, 16);
  }

  #class(): Accepts {
    const isNegated = this.#take('^');
    const items: Accepts[] = [];
    for (let isFirst = true; isFirst || !this.#take(']'); isFirst = false) {
      const from = this.#classItem();
      if (typeof from !== 'number') items.push(from);
      else if (this.units[this.#at] === '-' && this.units[this.#at + 1] !== ']' && this.units[this.#at + 1] !== undefined) {
        this.#next();
        const to = this.#classItem();
        if (typeof to !== 'number' || to < from) throw this.#refused('a range of characters ends before it begins');
        items.push(this.#eitherCase((point) => point >= from && point <= to));
      } else items.push(this.#same(from));
    }
    return (point) => items.some((accepts) => accepts(point)) !== isNegated;
  }

  #classItem(): number | Accepts {
    const unit = this.#next();
    if (unit === '[' && this.units[this.#at] === ':') throw this.#refused('named classes such as [:alpha:] are not possible');
    if (unit !== '\\') return pointOf(unit);
    return this.#take('b') ? 0x08 : this.#escape();
  }

  #repeated(part: PatternNode): PatternNode {
    const [min, max] = this.#bounds() ?? [];
    if (min === undefined || max === undefined) return part;
    if (min > REPEAT_MAX || (max !== Infinity && max > REPEAT_MAX)) throw this.#refused(`a repeat goes beyond ${REPEAT_MAX}`);
    if (max < min) throw this.#refused('a repeat ends before it begins');
    if (this.#take('+')) throw this.#refused('repeats that give nothing back (*+) are not possible');
    this.#take('?');
    if (part.kind === 'assert') throw this.#refused('there is nothing to repeat');
    return this.#repeated({ kind: 'repeat', part, min, max });
  }

  #bounds(): [min: number, max: number] | undefined {
    if (this.#take('*')) return [0, Infinity];
    if (this.#take('+')) return [1, Infinity];
    if (this.#take('?')) return [0, 1];
    const found = /^\{(\d{1,6})(,(\d{0,6}))?\}/.exec(this.units.slice(this.#at, this.#at + 16).join(''));
    if (found === null) return undefined;
    this.#at += found[0].length;
    const min = Number(found[1]);
    if (found[2] === undefined) return [min, min];
    return [min, found[3] === '' ? Infinity : Number(found[3])];
  }

  #same(wanted: number): Accepts {
    return this.#eitherCase((point) => point === wanted);
  }

  #eitherCase(accepts: Accepts): Accepts {
    if (!this.ignoresCase) return accepts;
    return (point) => {
      const text = String.fromCodePoint(point);
      return accepts(point) || accepts(pointOf(text.toLowerCase())) || accepts(pointOf(text.toUpperCase()));
    };
  }

  #next(): string {
    const unit = this.units[this.#at];
    if (unit === undefined) throw this.#refused('it ends too early');
    this.#at += 1;
    return unit;
  }

  #take(unit: string): boolean {
    if (this.units[this.#at] !== unit) return false;
    this.#at += 1;
    return true;
  }

  #refused(why: string): Error {
    return refused(this.source, why);
  }
}

function pointOf(unit: string): number {
  return unit.codePointAt(0) ?? 0;
}

function refused(source: string, why: string): Error {
  return queryError('bad_arg', `Bad argument for operator $regex: ${JSON.stringify(source.slice(0, 100))}: ${why}`);
}
