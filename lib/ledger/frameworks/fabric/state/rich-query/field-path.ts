import { isObject, type Json } from './collate';

/** `a.b\.c` → `a`, `b.c`: a point goes into an object, an escaped one belongs to the name. */
export function parsePath(field: string): readonly string[] {
  const path: string[] = [];
  let name = '';
  for (let at = 0; at < field.length; at += 1) {
    const unit = field[at] as string;
    if (unit === '\\' && at + 1 < field.length) {
      at += 1;
      name += field[at] as string;
    } else if (unit === '.') {
      path.push(name);
      name = '';
    } else name += unit;
  }
  return [...path, name];
}

/** The value there, or undefined. Only what the JSON itself says: `constructor` of an object is no field of it. A number goes into a list. */
export function valueAt(document: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = document;
  for (const name of path) {
    if (isObject(value) && Object.hasOwn(value, name)) value = value[name];
    else if (Array.isArray(value) && /^(0|[1-9][0-9]{0,8})$/.test(name)) value = (value as readonly Json[])[Number(name)];
    else return undefined;
  }
  return value;
}

/** The parts of a document that a query asked for, each at its place. */
export function project(document: Json, paths: readonly (readonly string[])[]): Json {
  const result = emptyObject();
  for (const path of paths) {
    const value = valueAt(document, path);
    if (value !== undefined) place(result, path, value);
  }
  return result;
}

type Draft = { [name: string]: Json };

function place(into: Draft, path: readonly string[], value: Json): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    into[name] = value;
    return;
  }
  const inner = into[name];
  const draft = isObject(inner) ? (inner as Draft) : emptyObject();
  into[name] = draft;
  place(draft, rest, value);
}

/** Without a prototype: a field may be called `__proto__`. */
function emptyObject(): Draft {
  return Object.create(null) as Draft;
}
