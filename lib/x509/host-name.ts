import type { CertificateFacts } from './read-certificate';

/** What a host's certificate says whose it is; addresses beside it only help strangers' tools. */
const hostUri = /^chainworks:host:([A-Za-z0-9_-]{1,64})$/;

export function toHostUri(hostId: string): string {
  const uri = `chainworks:host:${hostId}`;
  if (!hostUri.test(uri)) throw new TypeError('a host’s id is of letters, digits, hyphen and underscore, at most 64');
  return uri;
}

/** The host that a certificate names; undefined when it names none, or more than one. */
export function hostIdOf({ uris }: Pick<CertificateFacts, 'uris'>): string | undefined {
  const [uri = '', ...more] = uris;
  return more.length === 0 ? hostUri.exec(uri)?.[1] : undefined;
}
