import type { z } from 'zod';
import type { RequestOrigin } from '@/lib/identity';
import { findUnstorable } from '@/lib/platform';
import { caCodes, FabricCaError } from './fabric-ca-error';
import { caNameSchema } from './names';

/** A request as it came in. */
export interface CaHttpRequest {
  readonly method: string;
  /** Path and query as they were sent: tokens sign them. */
  readonly uri: string;
  readonly authorization: string | undefined;
  readonly body: string;
  readonly origin: RequestOrigin;
}

/** A request with its address and body taken apart. */
export interface CaRequest extends CaHttpRequest {
  /** Below `/api/v1`: `['identities', 'alice']`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** Parsed, with names in lower case; undefined for an empty body. */
  readonly json: unknown;
  /** The authority that it names, in the query or in the body. */
  readonly caName: string | undefined;
}

/** What a call gives: the result in Fabric CA's envelope. */
export interface CaAnswer {
  readonly status: 200 | 201;
  readonly result: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const prefix = '/api/v1/';

/** @throws FabricCaError 400, 404 */
export function readCaRequest(http: CaHttpRequest): CaRequest {
  const [pathname = '', search = ''] = http.uri.split(/\?(.*)/s, 2);
  if (!pathname.startsWith(prefix)) throw new FabricCaError(404, caCodes.notHttp, 'There is nothing at this address');
  const path = pathname.slice(prefix.length).split('/').map(decodeSegment);
  const query = new URLSearchParams(search);
  const json = parseBody(http.body);
  return { ...http, path, query, json, caName: caNameOf(query.get('ca') || undefined, json) };
}

function caNameOf(inQuery: string | undefined, json: unknown): string | undefined {
  const named = inQuery ?? (typeof json === 'object' && json !== null && 'caname' in json ? json.caname : undefined);
  if (named === undefined || named === '') return undefined;
  const parsed = caNameSchema.safeParse(named);
  if (!parsed.success || findUnstorable(parsed.data)) throw new FabricCaError(404, caCodes.caNotFound, 'There is no CA of such a name');
  return parsed.data;
}

function decodeSegment(segment: string): string {
  try {
    const text = decodeURIComponent(segment);
    if (!findUnstorable(text)) return text;
  } catch {
    // A lone per cent sign; told below.
  }
  throw new FabricCaError(400, caCodes.badBody, 'The address is not well formed');
}

/** Deeper than any call's body goes. */
const depthMax = 8;

function parseBody(text: string): unknown {
  if (text === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FabricCaError(400, caCodes.badBody, 'Invalid request body: it is not valid JSON', { cause });
  }
  const unstorable = findUnstorable(value);
  if (unstorable) throw new FabricCaError(400, caCodes.badBody, `Invalid request body: ${unstorable.path}: ${unstorable.message}`);
  return likeGo(value, 0);
}

/** As Go reads JSON: the case of names does not matter, and null is the same as nothing. The official client relies on both. */
function likeGo(value: unknown, depth: number): unknown {
  if (depth > depthMax) throw new FabricCaError(400, caCodes.badBody, 'Invalid request body: it is nested too deeply');
  if (Array.isArray(value)) return value.map((item) => likeGo(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([name, item]) => [name.toLowerCase(), likeGo(item, depth + 1)]));
}

/** The body by its schema. @throws FabricCaError 400 */
export function readBody<S extends z.ZodType>(schema: S, { json }: CaRequest): z.output<S> {
  if (json === undefined) throw new FabricCaError(400, caCodes.emptyBody, 'Empty request body');
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  throw new FabricCaError(400, caCodes.badBody, `Invalid request body: ${where}${issue?.message ?? 'it is not as it should be'}`, { cause: parsed.error });
}

/** `force=true` in the query. @throws FabricCaError 400 */
export function readFlag({ query }: Pick<CaRequest, 'query'>, name: string): boolean {
  const text = (query.get(name) ?? '').toLowerCase();
  if (text === '') return false;
  if (['1', 't', 'true'].includes(text)) return true;
  if (['0', 'f', 'false'].includes(text)) return false;
  throw new FabricCaError(400, caCodes.badBody, `Failed to correctly parse value of '${name}' query parameter`);
}
