import { getEnv } from '@/lib/platform';

/**
 * Address of a page that needs a mailed token. The token stands behind the `#`: browsers never send that part, so it
 * reaches no access log, no proxy and no Referer.
 */
export function portalLink(path: `/${string}`, token: string): string {
  return new URL(`${path}#token=${token}`, getEnv().PUBLIC_URL).href;
}
