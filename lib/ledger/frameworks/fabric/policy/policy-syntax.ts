import { FabricRefusal } from '../msp/refusal';

export type Gate = 'and' | 'or' | 'outof';

/** What a policy's text is made of, before it means anything. */
export type PolicyTerm =
  | { readonly kind: 'gate'; readonly gate: Gate; readonly terms: readonly PolicyTerm[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'truth' }
  | { readonly kind: 'name'; readonly name: string };

const gates: Readonly<Record<string, Gate>> = { And: 'and', and: 'and', AND: 'and', Or: 'or', or: 'or', OR: 'or', OutOf: 'outof', outof: 'outof', OUTOF: 'outof' };

const charactersMax = 64 * 1024;
const depthMax = 32;

const refuse = (message: string) => new FabricRefusal('not-allowed', message);

/** Tokens: a word, a number, a quoted text, or one character. */
const token = /\s*(?:([\p{L}][\p{L}\p{Nd}_.]*)|(-?[\d.]+)|(["'])((?:\\[^]|(?!\\|["'])[^])*)(["'])|([^]))/uy;

/**
 * Reads the text of a policy. Errors are those of the expression reader that Fabric uses (govaluate). What that reader can
 * besides, arithmetic and comparisons, has no place in a policy and is refused.
 * @throws FabricRefusal not-allowed, limit
 */
export function parsePolicySyntax(text: string): PolicyTerm {
  if (text.length > charactersMax) throw new FabricRefusal('limit', `The text of a policy has more than ${charactersMax} characters`);
  let at = 0;
  const next = (): string | PolicyTerm | undefined => {
    if (text.slice(at).trim() === '') return undefined;
    token.lastIndex = at;
    const [, word, number, open, quoted, close, character] = token.exec(text) ?? [];
    at = token.lastIndex;
    if (word !== undefined) return word === 'true' || word === 'false' ? { kind: 'truth' } : { kind: 'name', name: word };
    if (number !== undefined) return readNumber(number);
    // Either quote ends a text that either began: so does Fabric's reader.
    if (open !== undefined && close !== undefined) return { kind: 'text', text: (quoted ?? '').replace(/\\([^])/g, '$1') };
    if (character === '\'' || character === '"') throw refuse('Unclosed string literal');
    return character;
  };

  const readTerm = (depth: number, first = next()): PolicyTerm => {
    if (depth > depthMax) throw new FabricRefusal('limit', `A policy is nested deeper than ${depthMax}`);
    if (first === undefined) throw refuse('Unexpected end of expression');
    if (typeof first === 'string') throw refuse(`Invalid token: '${first}'`);
    const gate = first.kind === 'name' ? gates[first.name] : undefined;
    if (!gate) {
      if (first.kind === 'name') checkWord(first.name);
      return first;
    }
    const open = next();
    if (open === undefined) throw refuse('Unexpected end of expression');
    if (open !== '(') throw refuse(`Invalid token: '${describe(open)}'`);
    return { kind: 'gate', gate, terms: readTerms(depth) };
  };

  const readTerms = (depth: number): PolicyTerm[] => {
    const terms: PolicyTerm[] = [];
    let item = next();
    if (item === ')') return terms;
    for (;;) {
      const term = readTerm(depth + 1, item);
      terms.push(term);
      const separator = next();
      if (separator === ')') return terms;
      if (separator === undefined) throw refuse('Unbalanced parenthesis');
      if (separator === '(' && term.kind === 'name') throw refuse(`Undefined function ${term.name}`);
      if (separator !== ',') throw refuse(`Invalid token: '${describe(separator)}'`);
      item = next();
    }
  };

  const root = readTerm(1);
  const rest = next();
  if (rest === '(' && root.kind === 'name') throw refuse(`Undefined function ${root.name}`);
  if (rest === ')') throw refuse('Unbalanced parenthesis');
  if (rest !== undefined) throw refuse(`Invalid token: '${describe(rest)}'`);
  return root;
}

function readNumber(text: string): PolicyTerm {
  const value = Number(text);
  if (Number.isNaN(value)) throw refuse(`Unable to parse numeric value '${text}' to float64`);
  return { kind: 'number', value };
}

/** A word with a dot is read as an access to a field. */
export function checkWord(word: string): void {
  if (word.endsWith('.')) throw refuse(`Hanging accessor on token '${word}'`);
  const hidden = word.split('.').slice(1).find((part) => part !== '' && part[0]?.toUpperCase() !== part[0]);
  if (hidden !== undefined) throw refuse(`Unable to access unexported field '${hidden}' in token '${word}'`);
}

function describe(item: string | PolicyTerm): string {
  if (typeof item === 'string') return item;
  if (item.kind === 'text') return item.text;
  if (item.kind === 'name') return item.name;
  return item.kind === 'number' ? String(item.value) : item.kind;
}
