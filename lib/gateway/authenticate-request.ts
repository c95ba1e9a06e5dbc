import type { IncomingHttpHeaders } from 'node:http';
import type { AccessKeyRecord } from '@/lib/control';
import { parseAccessKey } from './access-key-format';
import { originAllowed, type AccessKeyTable } from './access-key-table';

export type Authentication =
  | { readonly ok: true; readonly record: AccessKeyRecord }
  | { readonly ok: false; readonly status: 401 | 403; readonly reason: 'missing' | 'unknown' | 'revoked' | 'expired' | 'origin'; readonly message: string };

const messages = {
  missing: 'An access key is needed: send it as "Authorization: Bearer ck_….…" or as "x-api-key". Make one in the portal.',
  unknown: 'This access key is not known for this sub-chain.',
  revoked: 'This access key has been revoked. Make a new one in the portal.',
  expired: 'This access key has expired. Make a new one in the portal.',
} as const;

/**
 * Whose request this is. The key comes from the path (kind `url`) or from the headers (kind `header`): Bearer, Basic
 * with the id as user name (what `https://id:secret@…` becomes), or x-api-key.
 */
export function authenticateRequest(
  keys: AccessKeyTable,
  request: { chain: string; headers: IncomingHttpHeaders; urlKey?: string; nowMs: number },
): Authentication {
  const presented = request.urlKey ?? keyOfHeaders(request.headers);
  if (presented === undefined) return refused('missing');
  const key = parseAccessKey(presented);
  if (!key) return refused('unknown');
  const check = keys.check(key, { chain: request.chain, kind: request.urlKey === undefined ? 'header' : 'url', nowMs: request.nowMs });
  if (!check.ok) return refused(check.reason);
  const origin = request.headers.origin;
  if (origin !== undefined && !originAllowed(check.record, origin)) {
    return { ok: false, status: 403, reason: 'origin', message: 'This access key may not be used by this web origin. Add the origin to the key in the portal.' };
  }
  return { ok: true, record: check.record };
}

function refused(reason: keyof typeof messages): Authentication {
  return { ok: false, status: 401, reason, message: messages[reason] };
}

function keyOfHeaders(headers: IncomingHttpHeaders): string | undefined {
  const apiKey = headers['x-api-key'];
  if (typeof apiKey === 'string') return apiKey;
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(' ', 2);
  if (/^bearer$/i.test(scheme)) return value;
  if (/^basic$/i.test(scheme)) return Buffer.from(value, 'base64').toString('latin1').replace(':', '.');
  return headers.authorization === undefined ? undefined : '';
}
