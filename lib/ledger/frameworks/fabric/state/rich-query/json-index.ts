import { isObject, type Json } from './collate';
import { queryError } from './query-error';

const INDEX_BYTES_MAX = 64 * 1024;
const INDEX_FIELDS_MAX = 64;

/** An index of META-INF/statedb/couchdb/indexes. Here it says what may be sorted by, nothing is stored for it. */
export interface JsonIndex {
  readonly designDocument: string | undefined;
  readonly name: string | undefined;
  readonly fields: readonly string[];
}

/**
 * Reads a definition as Fabric takes it (ccmetadata/validators.go): `{ "index": { "fields": […] }, "ddoc", "name",
 * "type": "json" }`. Throws `query-refused`, with the reason; whoever installs a package shows it.
 */
export function parseJsonIndex(text: string): JsonIndex {
  if (text.length > INDEX_BYTES_MAX) throw invalid(`it has more than ${INDEX_BYTES_MAX} characters`);
  const definition = parse(text);
  if (!isObject(definition) || !isObject(definition.index)) throw invalid('the field "index" is missing');
  const { ddoc, name, type, index } = definition;
  if (type !== undefined && type !== 'json') throw invalid('"type" must be "json"');
  if (!Array.isArray(index.fields) || index.fields.length === 0 || index.fields.length > INDEX_FIELDS_MAX) {
    throw invalid(`"fields" must be a list of 1 to ${INDEX_FIELDS_MAX} fields`);
  }
  return { designDocument: textOf('ddoc', ddoc), name: textOf('name', name), fields: (index.fields as readonly Json[]).map(fieldOf) };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw invalid('it is not JSON');
  }
}

/** `"a"`, or `{ "a": "asc" | "desc" }`. */
function fieldOf(field: Json): string {
  if (typeof field === 'string') return field;
  const [[name, direction] = [undefined, undefined], ...rest] = isObject(field) ? Object.entries(field) : [];
  if (name === undefined || rest.length > 0 || (direction !== 'asc' && direction !== 'desc')) throw invalid('a field must be a name, or a name with "asc" or "desc"');
  return name;
}

function textOf(name: string, value: Json | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(`"${name}" must be a text`);
}

function invalid(why: string): Error {
  return queryError('invalid_index', `Invalid index definition: ${why}`);
}
