import { RICH_SCAN_BYTES_MAX, RICH_SCAN_ENTRIES_MAX, RICH_SCAN_WORK_MAX } from '../limits';
import { FabricStateError } from '../state-error';
import { byUtf8 } from '../utf8-order';
import type { StateItem } from '../world-state';
import { collate, isObject, type Json } from './collate';
import { project, valueAt } from './field-path';
import type { RichQuery } from './parse-query';
import { queryError } from './query-error';

const BOOKMARK_LENGTH_MAX = 64 * 1024;
/** What CouchDB says when there was nothing to mark. */
export const NO_BOOKMARK = 'nil';

export interface RichResult {
  readonly item: StateItem;
  /** The value, or the fields of it that were asked for. */
  readonly value: Uint8Array;
  /** Goes on behind this result. Its form is our own affair, as CouchDB's is. */
  readonly bookmark: string;
}

/**
 * The results of a rich query over all items of a namespace or collection, which come in the order of their keys: those
 * whose value is a JSON object that matches, in that order or sorted. Without a sort it reads no further than it is asked to.
 * Throws `limit-reached` when it would have to look at too much, `query-refused` for a bookmark that is none.
 */
export function executeRichQuery(query: RichQuery, items: Iterable<StateItem>, bookmark: string): Generator<RichResult, undefined> {
  const after = decodeBookmark(bookmark, query);
  return skipped(query.sort.length === 0 ? inKeyOrder(query, items, after) : sorted(query, items, after), query.skip);
}

interface Found {
  readonly item: StateItem;
  readonly document: Json;
  /** Values of the fields that are sorted by. */
  readonly place: readonly Json[];
}

interface Mark {
  readonly key: string;
  readonly place: readonly Json[];
}

function* skipped(results: Iterable<RichResult>, skip: number): Generator<RichResult, undefined> {
  let left = skip;
  for (const result of results) {
    if (left > 0) left -= 1;
    else yield result;
  }
}

function* inKeyOrder(query: RichQuery, items: Iterable<StateItem>, after: Mark | undefined): Generator<RichResult, undefined> {
  for (const found of scan(query, items)) {
    if (after === undefined || byUtf8(found.item.key, after.key) > 0) yield resultOf(query, found);
  }
}

function* sorted(query: RichQuery, items: Iterable<StateItem>, after: Mark | undefined): Generator<RichResult, undefined> {
  const direction = query.isDescending ? -1 : 1;
  const order = (a: Mark, b: Mark): number => direction * (collate(a.place, b.place) || byUtf8(a.key, b.key));
  const found = [...scan(query, items)].sort((a, b) => order({ key: a.item.key, place: a.place }, { key: b.item.key, place: b.place }));
  for (const one of found) {
    if (after === undefined || order({ key: one.item.key, place: one.place }, after) > 0) yield resultOf(query, one);
  }
}

/** What matches. Without a field that is sorted by, a document is not in CouchDB's index and so not among the results. */
function* scan(query: RichQuery, items: Iterable<StateItem>): Generator<Found, undefined> {
  let entries = 0;
  let bytes = 0;
  let work = 0;
  for (const item of items) {
    entries += 1;
    bytes += item.value.length;
    work += query.weight * (1 + Math.floor(item.value.length / 64));
    if (entries > RICH_SCAN_ENTRIES_MAX || bytes > RICH_SCAN_BYTES_MAX || work > RICH_SCAN_WORK_MAX) {
      throw new FabricStateError(
        'limit-reached',
        `the query looks at more than ${RICH_SCAN_ENTRIES_MAX} keys or ${RICH_SCAN_BYTES_MAX} bytes, or has too many conditions for those: use a range of composite keys, or keep less under one chaincode`,
      );
    }
    const document = documentOf(item);
    if (document === undefined || !query.matches(document)) continue;
    const place = query.sort.map((path) => valueAt(document, path)).filter((value) => value !== undefined);
    if (place.length === query.sort.length) yield { item, document, place };
  }
}

function documentOf(item: StateItem): Json | undefined {
  // An object begins with a brace; most other values need no parser to be told from one.
  const first = item.value.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  if (first !== 0x7b) return undefined;
  try {
    const document = JSON.parse(Buffer.from(item.value.buffer, item.value.byteOffset, item.value.length).toString('utf8')) as Json;
    return isObject(document) ? { ...document, _id: item.key } : undefined;
  } catch {
    return undefined;
  }
}

function resultOf(query: RichQuery, { item, document, place }: Found): RichResult {
  const value = query.fields === undefined ? item.value : encodeJson(project(document, query.fields.filter(([name]) => name !== '_id')));
  return { item, value, bookmark: encodeBookmark({ key: item.key, place }) };
}

/** Fields by name, and `<`, `>`, `&` escaped, as Go's json.Marshal writes what Fabric hands on of a document. */
function encodeJson(value: Json): Uint8Array {
  const escaped = sortedText(value).replace(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Buffer.from(escaped, 'utf8');
}

function sortedText(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(sortedText).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => byUtf8(a, b));
  return `{${fields.map(([name, inner]) => `${JSON.stringify(name)}:${sortedText(inner)}`).join(',')}}`;
}

function encodeBookmark({ key, place }: Mark): string {
  return Buffer.from(JSON.stringify([key, place]), 'utf8').toString('base64url');
}

function decodeBookmark(bookmark: string, query: RichQuery): Mark | undefined {
  if (bookmark === '' || bookmark === NO_BOOKMARK) return undefined;
  const refused = queryError('invalid_bookmark', `Invalid bookmark value: ${JSON.stringify(bookmark.slice(0, 80))}`);
  if (bookmark.length > BOOKMARK_LENGTH_MAX) throw refused;
  try {
    const [key, place] = JSON.parse(Buffer.from(bookmark, 'base64url').toString('utf8')) as [unknown, unknown];
    if (typeof key === 'string' && Array.isArray(place) && place.length === query.sort.length) return { key, place: place as Json[] };
  } catch {
    throw refused;
  }
  throw refused;
}
