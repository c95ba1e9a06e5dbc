import { byUtf8 } from '../utf8-order';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * CouchDB's order of JSON values: null, false, true, numbers, texts, lists, objects. Texts are compared by code points;
 * CouchDB asks ICU for the order of a locale, which differs between its versions and so cannot be the same on every peer.
 */
export function collate(a: Json, b: Json): number {
  const kind = kindOf(a);
  const other = kindOf(b);
  if (kind !== other) return kind - other;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return byUtf8(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return collateLists(a, b);
  if (isObject(a) && isObject(b)) return collateLists(pairsOf(a), pairsOf(b));
  return 0;
}

function collateLists(a: readonly Json[], b: readonly Json[]): number {
  for (const [at, item] of a.entries()) {
    const other = b[at];
    if (other === undefined) return 1;
    const order = collate(item, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Names and values in turn, by name: Fabric stores the fields of an object in that order (Go's json.Marshal of a map). */
function pairsOf(value: { readonly [name: string]: Json }): Json[] {
  return Object.entries(value)
    .sort(([a], [b]) => byUtf8(a, b))
    .flat();
}

function kindOf(value: Json): number {
  if (value === null) return 0;
  if (value === false) return 1;
  if (value === true) return 2;
  if (typeof value === 'number') return 3;
  if (typeof value === 'string') return 4;
  return Array.isArray(value) ? 5 : 6;
}
