/** Levels of lists and objects in one value: more than any form or ABI has, few enough for code that calls itself. */
export const nestingMax = 64;

export interface Unstorable {
  /** `data.contractPackage.abi.0`; empty for the value itself. */
  path: string;
  /** What to do about it. */
  message: string;
}

// PostgreSQL's text holds no NUL, its JSON no half of a surrogate pair.
const unstorableCharacter = /[\0\p{Cs}]/u;
const characterMessage = 'This text holds a character that cannot be stored. Type it again, or copy it from another program.';
const nestingMessage = `This is nested more than ${nestingMax} levels deep.`;

/**
 * The first place in a value of JSON that the database could not hold, or that is nested too deep to be walked through
 * by functions that call themselves; undefined where all is well. Itself it does not.
 */
export function findUnstorable(value: unknown): Unstorable | undefined {
  const waiting: { value: unknown; path: string; level: number }[] = [{ value, path: '', level: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { path, level } = next;
    if (typeof next.value === 'string' && unstorableCharacter.test(next.value)) return { path, message: characterMessage };
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (level === nestingMax) return { path, message: nestingMessage };
    for (const [name, child] of Object.entries(next.value)) {
      if (unstorableCharacter.test(name)) return { path, message: characterMessage };
      waiting.push({ value: child, path: path === '' ? name : `${path}.${name}`, level: level + 1 });
    }
  }
  return undefined;
}
