import { getEnv } from '@/lib/platform';

/** Where anybody can fetch the revocation list of an authority as DER; stands in the certificates that it issued. */
export function toRevocationsUrl(authorityId: string): string {
  return new URL(`/api/certificates/revocations?authority=${authorityId}`, getEnv().PUBLIC_URL).href;
}
