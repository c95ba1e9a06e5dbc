/** Names a host in its certificate's subject alternative names (RFC 5280 section 4.2.1.6, as a URI). */
const hostUri = /^URI:chainworks:host:([A-Za-z0-9_-]{1,80})$/;

/**
 * The host that a certificate names, from Node's text of its alternative names; undefined when it names none or more
 * than one. Node puts names with unusual characters into quotes: an authority of ours issues none, and splitting
 * such a text could be led to see a name that is not there.
 */
export function hostIdOf(subjectAltName: string | undefined): string | undefined {
  if (subjectAltName === undefined || subjectAltName.includes('"')) return undefined;
  const names = subjectAltName.split(', ').filter((name) => name.startsWith('URI:'));
  return names.length === 1 ? hostUri.exec(names[0] ?? '')?.[1] : undefined;
}
