import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  Extension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
  type JsonGeneralNames,
  type X509Certificate,
} from '@peculiar/x509';
import type { ChannelCertificates, ChannelIdentity } from '../channel-identity';

cryptoProvider.set(webcrypto as Crypto);
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** RFC 5280 section 5.2.3. */
const crlNumber = '2.5.29.20';
const dayMs = 24 * 60 * 60 * 1_000;

interface Authority {
  readonly certificate: X509Certificate;
  readonly keys: CryptoKeyPair;
}

export interface IssueOptions {
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
  /** Replaces the name by which hosts know each other. */
  readonly names?: JsonGeneralNames;
}

/** Certificates of one host, and what is needed to revoke them. */
export interface Issued {
  readonly chainPem: string;
  readonly privateKeyPem: string;
  readonly serial: string;
}

/**
 * An authority of a test: a root and an intermediate, made by a library that the product does not use, so that both must
 * keep to the standard to understand each other.
 */
export class TestAuthority {
  private readonly revoked: string[] = [];
  private serials = 0x4a00;

  private constructor(
    private readonly root: Authority,
    private readonly intermediate: Authority,
  ) {}

  static async create(name = 'Test'): Promise<TestAuthority> {
    const keys = await generateKeys();
    const root = { keys, certificate: await sign({ serial: '01', subject: `O=Chainworks, CN=${name} root`, keys, authority: 1 }) };
    const below = await generateKeys();
    const certificate = await sign({ serial: '02', subject: `O=Chainworks, CN=${name} intermediate`, keys: below, issuer: root, authority: 0 });
    return new TestAuthority(root, { keys: below, certificate });
  }

  get rootPem(): string {
    return pemOf(this.root.certificate);
  }

  async issue(hostId: string, { notBeforeMs = Date.now() - dayMs, notAfterMs = Date.now() + dayMs, names }: IssueOptions = {}): Promise<Issued> {
    const keys = await generateKeys();
    const serial = (this.serials++).toString(16);
    const certificate = await sign({
      serial,
      subject: `O=Chainworks, CN=${hostId}`,
      keys,
      issuer: this.intermediate,
      notBefore: new Date(notBeforeMs),
      notAfter: new Date(notAfterMs),
      extensions: [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        new SubjectAlternativeNameExtension(names ?? [{ type: 'url', value: `chainworks:host:${hostId}` }]),
      ],
    });
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    const chainPem = [certificate, this.intermediate.certificate].map(pemOf).join('');
    return { chainPem, privateKeyPem: PemConverter.encode(pkcs8, 'PRIVATE KEY'), serial };
  }

  revoke({ serial }: Issued): void {
    this.revoked.push(serial);
  }

  /** The current lists of root and intermediate. */
  async listRevocations({ nextUpdateMs = Date.now() + dayMs }: { nextUpdateMs?: number } = {}): Promise<string> {
    const lists = await Promise.all([
      signList(this.root, [], nextUpdateMs),
      signList(this.intermediate, this.revoked, nextUpdateMs),
    ]);
    return lists.join('');
  }

  async certificatesOf(hostId: string, options?: IssueOptions): Promise<ChannelCertificates> {
    const { chainPem, privateKeyPem } = await this.issue(hostId, options);
    return { chainPem, privateKeyPem, rootPem: this.rootPem, crlPem: await this.listRevocations() };
  }

  async identityOf(hostId: string, options?: IssueOptions): Promise<TestIdentity> {
    return new TestIdentity(await this.certificatesOf(hostId, options));
  }
}

/** An identity whose certificates a test replaces. */
export class TestIdentity implements ChannelIdentity {
  private readonly listeners = new Set<() => void>();

  constructor(private certificates?: ChannelCertificates) {}

  current(): ChannelCertificates | undefined {
    return this.certificates;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  set(certificates: ChannelCertificates | undefined): void {
    this.certificates = certificates;
    for (const listener of this.listeners) listener();
  }
}

interface Signing {
  readonly serial: string;
  readonly subject: string;
  readonly keys: CryptoKeyPair;
  /** Absent: signs itself. */
  readonly issuer?: Authority;
  /** How many authorities may stand below it; absent: an end. */
  readonly authority?: number;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly extensions?: Extension[];
}

async function sign({ serial, subject, keys, issuer, authority, notBefore, notAfter, extensions = [] }: Signing): Promise<X509Certificate> {
  const ownExtensions =
    authority === undefined
      ? [new BasicConstraintsExtension(false, undefined, true)]
      : [new BasicConstraintsExtension(true, authority, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)];
  return X509CertificateGenerator.create({
    serialNumber: serial.padStart(serial.length + (serial.length % 2), '0'),
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: notBefore ?? new Date(Date.now() - dayMs),
    notAfter: notAfter ?? new Date(Date.now() + 365 * dayMs),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      ...ownExtensions,
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create((issuer?.keys ?? keys).publicKey),
      ...extensions,
    ],
  });
}

async function signList({ certificate, keys }: Authority, serials: readonly string[], nextUpdateMs: number): Promise<string> {
  const list = await X509CrlGenerator.create({
    issuer: certificate.subject,
    thisUpdate: new Date(Date.now() - dayMs),
    nextUpdate: new Date(nextUpdateMs),
    extensions: [await AuthorityKeyIdentifierExtension.create(keys.publicKey), new Extension(crlNumber, false, Uint8Array.of(0x02, 0x01, 0x01))],
    entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: new Date() })),
    signingAlgorithm: algorithm,
    signingKey: keys.privateKey,
  });
  // The library's own label is not that of RFC 7468 section 6.
  return `${PemConverter.encode(list.rawData, 'X509 CRL')}\n`;
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

async function generateKeys(): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
}
