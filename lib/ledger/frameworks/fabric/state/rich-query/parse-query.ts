import { RICH_QUERY_BYTES_MAX } from '../limits';
import { isObject, type Json } from './collate';
import { parsePath } from './field-path';
import type { JsonIndex } from './json-index';
import { queryError } from './query-error';
import { compileSelector, type Match } from './selector';

/** A query as it will be carried out. */
export interface RichQuery {
  readonly matches: Match;
  /** Values in the selector: what it costs to look at a document. */
  readonly weight: number;
  /** Absent: the whole document, as it was put. */
  readonly fields: readonly (readonly string[])[] | undefined;
  readonly sort: readonly (readonly string[])[];
  readonly isDescending: boolean;
  readonly skip: number;
}

/** The others that CouchDB's _find takes; they change how it works, not what it answers. `limit` is Fabric's to set. */
const IGNORED = new Set(['limit', 'bookmark', 'r', 'conflicts', 'stable', 'update', 'stale', 'execution_stats', 'allow_fallback']);
const SORT_FIELDS_MAX = 32;
const FIELDS_MAX = 1_000;

/**
 * Reads the JSON of a rich query. A `limit` inside counts for nothing, as in Fabric (applyAdditionalQueryOptions in
 * statecouchdb/statecouchdb.go replaces it). Sorting needs an index, as in CouchDB. Throws `query-refused`.
 */
export function parseQuery(text: string, indexes: readonly JsonIndex[]): RichQuery {
  if (Buffer.byteLength(text, 'utf8') > RICH_QUERY_BYTES_MAX) throw queryError('bad_request', `The query has more than ${RICH_QUERY_BYTES_MAX} bytes`);
  const query = parse(text);
  if (!isObject(query)) throw queryError('bad_request', 'Request body must be a JSON object');
  if (query.selector === undefined) throw queryError('missing_required_key', 'Missing required key: selector');
  const known = new Set(['selector', 'fields', 'sort', 'skip', 'use_index', ...IGNORED]);
  const unknown = Object.keys(query).find((name) => !known.has(name));
  if (unknown !== undefined) throw queryError('invalid_key', `Invalid key ${unknown.slice(0, 80)} for this request.`);
  const matches = compileSelector(query.selector);
  const { names, isDescending } = sortOf(query.sort);
  const usable = indexesNamed(indexes, query.use_index);
  if (names.length > 0 && !canSort(names, query.selector, usable)) {
    throw queryError('no_usable_index', 'No index exists for this sort, try indexing by the sort fields.');
  }
  return { matches, weight: weightOf(query.selector), fields: fieldsOf(query.fields), sort: names.map(parsePath), isDescending, skip: skipOf(query.skip) };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw queryError('bad_request', 'invalid UTF-8 JSON');
  }
}

function weightOf(selector: Json): number {
  if (typeof selector !== 'object' || selector === null) return 1;
  return Object.values(selector).reduce<number>((sum, inner: Json) => sum + weightOf(inner), 1);
}

function fieldsOf(fields: Json | undefined): RichQuery['fields'] {
  if (fields === undefined) return undefined;
  if (!Array.isArray(fields)) throw queryError('bad_request', 'fields definition must be an array');
  const names = (fields as readonly Json[]).filter((field) => typeof field === 'string');
  if (names.length !== fields.length || names.length > FIELDS_MAX) throw queryError('invalid_fields_json', `Fields must be at most ${FIELDS_MAX} JSON strings`);
  return names.map(parsePath);
}

function sortOf(sort: Json | undefined): { readonly names: readonly string[]; readonly isDescending: boolean } {
  if (sort === undefined) return { names: [], isDescending: false };
  if (!Array.isArray(sort) || sort.length > SORT_FIELDS_MAX) throw queryError('invalid_sort_json', `Sort must be a list of at most ${SORT_FIELDS_MAX} fields`);
  const fields = (sort as readonly Json[]).map((field): [name: string, direction: Json] => {
    if (typeof field === 'string') return [field, 'asc'];
    const [[name, direction] = ['', null], ...rest] = isObject(field) ? Object.entries(field) : [];
    if ((direction !== 'asc' && direction !== 'desc') || rest.length > 0) throw queryError('invalid_sort_field', `Invalid sort field: ${JSON.stringify(field).slice(0, 200)}`);
    return [name, direction];
  });
  if (new Set(fields.map(([, direction]) => direction)).size > 1) {
    throw queryError('unsupported_mixed_sort', 'Sorts currently only support a single direction for all fields.');
  }
  return { names: fields.map(([name]) => name), isDescending: fields[0]?.[1] === 'desc' };
}

function skipOf(skip: Json | undefined): number {
  if (skip === undefined) return 0;
  if (typeof skip !== 'number' || !Number.isSafeInteger(skip) || skip < 0) throw queryError('invalid_skip', 'Skip must be a non-negative integer');
  return skip;
}

/** `"ddoc"`, `["ddoc"]` or `["ddoc", "name"]`; one that is not there is passed over, as CouchDB does with a warning. */
function indexesNamed(indexes: readonly JsonIndex[], useIndex: Json | undefined): readonly JsonIndex[] {
  if (useIndex === undefined) return indexes;
  const [design, name, ...rest] = Array.isArray(useIndex) ? (useIndex as readonly Json[]) : [useIndex];
  if (typeof design !== 'string' || (name !== undefined && typeof name !== 'string') || rest.length > 0) {
    throw queryError('invalid_use_index', 'use_index must be a design document, or a list of it and an index name');
  }
  const wanted = design.replace(/^_design\//, '');
  const found = indexes.filter((index) => index.designDocument === wanted && (name === undefined || index.name === name));
  return found.length === 0 ? indexes : found;
}

/**
 * Whether one of the indexes holds every document that can match, in the wanted order (CouchDB's mango_idx.erl and
 * mango_idx_view.erl): the sort's fields lead it, once those are left out that the selector pins to one value, and each
 * of its other fields must be there by the selector. By `_id` everything is sorted anyway.
 */
function canSort(names: readonly string[], selector: Json, indexes: readonly JsonIndex[]): boolean {
  if (names.length === 1 && names[0] === '_id') return true;
  const required = new Set<string>(names);
  const pinned = new Set<string>();
  collect(selector, '', required, pinned);
  return indexes.some(({ fields }) => {
    if (!fields.every((field) => required.has(field) || field === '_id')) return false;
    const startsWith = (columns: readonly string[]) => names.every((name, at) => columns[at] === name);
    return startsWith(fields) || startsWith(fields.filter((field) => !pinned.has(field) || names.includes(field)));
  });
}

/** Fields that a match must have, and those among them with one value. What stands under `$or` and `$not` says nothing. */
function collect(selector: Json, prefix: string, required: Set<string>, pinned: Set<string>): void {
  if (!isObject(selector)) return;
  for (const [name, argument] of Object.entries(selector)) {
    if (name === '$and' && Array.isArray(argument)) for (const part of argument as readonly Json[]) collect(part, prefix, required, pinned);
    if (name.startsWith('$')) continue;
    const field = prefix === '' ? name : `${prefix}.${name}`;
    if (!isObject(argument) || '$eq' in argument) pinned.add(field);
    const hasInner = isObject(argument) && Object.keys(argument).some((key) => !key.startsWith('$'));
    const isAbsence = isObject(argument) && argument.$exists === false;
    if (!hasInner && !isAbsence) required.add(field);
    collect(argument, field, required, pinned);
  }
}
