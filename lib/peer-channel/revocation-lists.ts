import { isListOf, readRevocationLists, type CertificateFacts, type RevocationListFacts } from '@/lib/x509';

/** What the authorities of the portal took back: read once, asked for at each handshake. */
export class RevocationLists {
  /** By DER of the authority's certificate, hexadecimal digits. Looking whose a list is reads all of it. */
  private readonly byAuthority = new Map<string, readonly RevocationListFacts[]>();

  private constructor(private readonly lists: readonly RevocationListFacts[]) {}

  /** @throws X509Refusal */
  static read(pem: string): RevocationLists {
    return new RevocationLists(readRevocationLists(pem));
  }

  /** `unknown`: there is no list of this authority that is up to date. */
  statusOf({ serial }: CertificateFacts, authority: CertificateFacts, nowMs: number): 'good' | 'revoked' | 'unknown' {
    const own = this.listsOf(authority);
    // Whatever list says so: an older one beside it does not take it back.
    if (own.some(({ revoked }) => revoked.has(serial))) return 'revoked';
    return own.some(({ thisUpdateMs, nextUpdateMs }) => thisUpdateMs <= nowMs && nowMs <= nextUpdateMs) ? 'good' : 'unknown';
  }

  /** When the first of the lists must have been replaced, in milliseconds since 1970. */
  get nextUpdateMs(): number {
    return Math.min(...this.lists.map((list) => list.nextUpdateMs));
  }

  private listsOf(authority: CertificateFacts): readonly RevocationListFacts[] {
    const name = Buffer.from(authority.der).toString('hex');
    const known = this.byAuthority.get(name);
    if (known) return known;
    const own = this.lists.filter((list) => isListOf(list, authority));
    // Only authorities that have a list here come to stand in it: strangers cannot make it grow.
    if (own.length > 0) this.byAuthority.set(name, own);
    return own;
  }
}
