import { verify, type X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { CertificateList } from '@peculiar/asn1-x509';

/** One list of an authority, its signature not yet checked: whose it is shows when that authority's certificate is at hand. */
interface RevocationList {
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  readonly serials: ReadonlySet<bigint>;
  readonly nextUpdateMs: number;
}

/** Signed lists of 20,000 entries have about 1 MB. */
const charactersMax = 2 * 1024 * 1024;
const listsMax = 16;

/**
 * The revocation lists of the portal's authorities. A list that is past its next update still counts: agreement must not
 * stop because the portal is away, and a certificate's own end bounds what a host can miss meanwhile.
 */
export class RevocationLists {
  private readonly byAuthority = new Map<string, ReadonlySet<bigint>>();

  private constructor(private readonly lists: readonly RevocationList[]) {}

  /** @throws Error that says what is wrong with the text */
  static parse(pem: string): RevocationLists {
    if (pem.length > charactersMax) throw new Error(`the revocation lists have more than ${charactersMax} characters`);
    const blocks = pem.match(/-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g) ?? [];
    if (blocks.length === 0) throw new Error('there is no revocation list');
    if (blocks.length > listsMax) throw new Error(`there are more than ${listsMax} revocation lists`);
    return new RevocationLists(blocks.map(parseList));
  }

  /** Whether the authority took a certificate back; `unknown` without a list that is signed by it. */
  statusOf({ serialNumber }: Pick<X509Certificate, 'serialNumber'>, authority: X509Certificate): 'good' | 'revoked' | 'unknown' {
    const serials = this.serialsOf(authority);
    if (!serials) return 'unknown';
    return serials.has(BigInt(`0x${serialNumber}`)) ? 'revoked' : 'good';
  }

  /** When the first of the lists should have been replaced, in milliseconds since 1970. */
  get nextUpdateMs(): number {
    return Math.min(...this.lists.map((list) => list.nextUpdateMs));
  }

  private serialsOf(authority: X509Certificate): ReadonlySet<bigint> | undefined {
    const known = this.byAuthority.get(authority.fingerprint256);
    if (known) return known;
    const own = this.lists.filter((list) => verify('sha256', list.signed, authority.publicKey, list.signature));
    if (own.length === 0) return undefined;
    const serials = new Set(own.flatMap((list) => [...list.serials]));
    // Only authorities whose list is here come to stand in it: bounded by the number of lists, whatever strangers send.
    this.byAuthority.set(authority.fingerprint256, serials);
    return serials;
  }
}

function parseList(block: string): RevocationList {
  const der = Buffer.from(block.replace(/-----[^-]+-----/g, ''), 'base64');
  const { tbsCertList, tbsCertListRaw, signature } = AsnConvert.parse(der, CertificateList);
  if (!tbsCertListRaw) throw new Error('a revocation list lacks its signed part');
  return {
    signed: new Uint8Array(tbsCertListRaw),
    signature: new Uint8Array(signature),
    serials: new Set((tbsCertList.revokedCertificates ?? []).map(({ userCertificate }) => BigInt(`0x${Buffer.from(userCertificate).toString('hex')}`))),
    nextUpdateMs: tbsCertList.nextUpdate?.getTime().getTime() ?? Infinity,
  };
}
