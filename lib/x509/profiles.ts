import { isIP } from 'node:net';
import { OctetString } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  CRLDistributionPoints,
  DistributionPoint,
  DistributionPointName,
  ExtendedKeyUsage,
  Extension,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_cRLDistributionPoints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import { serializeDer, toArrayBuffer } from './der';
import { toHostUri } from './host-name';

/** What a certificate is for; a further kind is a further row of the unions and of `extensionsOf`. */
export type CertificateProfile =
  | { readonly kind: 'root'; /** How many authorities may stand below it; one, unless it says none. */ readonly pathLength?: 0 }
  /** Signs certificates of ends, no further authorities. */
  | { readonly kind: 'intermediate' }
  /** A host on the channel, as server and as client. */
  | ({ readonly kind: 'host'; readonly hostId: string } & HostAddresses)
  /** A member of a Fabric organisation: signs, or speaks TLS. The attributes are what Fabric's chaincode reads of it. */
  | ({ readonly kind: 'member'; readonly use: 'signing' | 'tls'; readonly attributes?: Uint8Array } & HostAddresses);

export interface HostAddresses {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

export const addressesMax = 16;

/** Fabric's attributes of a member, as JSON (its lib/attrmgr). */
const memberAttributesOid = '1.2.3.4.5.6.7.8.1';

export interface ExtensionKeys {
  readonly subject: Uint8Array;
  readonly authority: Uint8Array;
}

/** The extensions of RFC 5280 section 4.2 that a profile carries, with their criticality. */
export function extensionsOf(profile: CertificateProfile, keys: ExtensionKeys, revocationsUrl: string | undefined): Extension[] {
  const common = [
    extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(toArrayBuffer(keys.subject))),
    extension(id_ce_authorityKeyIdentifier, false, new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(toArrayBuffer(keys.authority)) })),
    ...(revocationsUrl === undefined || profile.kind === 'root' ? [] : [distributionPoint(revocationsUrl)]),
  ];
  if (profile.kind === 'member') return [...memberExtensions(profile), ...common];
  if (profile.kind !== 'host') {
    const constraints = new BasicConstraints({ cA: true, pathLenConstraint: profile.kind === 'root' ? (profile.pathLength ?? 1) : 0 });
    const usage = new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign);
    return [extension(id_ce_basicConstraints, true, constraints), extension(id_ce_keyUsage, true, usage), ...common];
  }
  return [
    extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: false })),
    extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature)),
    extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth, id_kp_clientAuth])),
    extension(id_ce_subjectAltName, false, new SubjectAlternativeName([new GeneralName({ uniformResourceIdentifier: toHostUri(profile.hostId) }), ...addressNames(profile)])),
    ...common,
  ];
}

function memberExtensions({ use, attributes, ...addresses }: Extract<CertificateProfile, { kind: 'member' }>): Extension[] {
  const tlsUsage = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment | KeyUsageFlags.keyAgreement;
  const names = addressNames(addresses);
  return [
    extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: false })),
    extension(id_ce_keyUsage, true, new KeyUsage(use === 'tls' ? tlsUsage : KeyUsageFlags.digitalSignature)),
    ...(use === 'tls' ? [extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth, id_kp_clientAuth]))] : []),
    ...(names.length === 0 ? [] : [extension(id_ce_subjectAltName, false, new SubjectAlternativeName(names))]),
    // The bare JSON, without a DER head of its own.
    ...(attributes === undefined ? [] : [new Extension({ extnID: memberAttributesOid, critical: false, extnValue: new OctetString(attributes) })]),
  ];
}

export function extension(extnID: string, critical: boolean, value: unknown): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(serializeDer(value)) });
}

function addressNames({ dnsNames, ipAddresses }: HostAddresses): GeneralName[] {
  if (dnsNames.length + ipAddresses.length > addressesMax) throw new TypeError(`a certificate names at most ${addressesMax} addresses`);
  for (const name of dnsNames) if (!isDnsName(name)) throw new TypeError(`${JSON.stringify(name)} is no DNS name`);
  for (const address of ipAddresses) if (isIP(address) === 0) throw new TypeError(`${JSON.stringify(address)} is no IP address`);
  return [
    ...dnsNames.map((dNSName) => new GeneralName({ dNSName })),
    ...ipAddresses.map((address) => new GeneralName({ iPAddress: canonicalIp(address) })),
  ];
}

/** The encoder would take ::ffff:10.0.0.1 for ::ffff:10; a URL writes IPv6 in digits alone. */
function canonicalIp(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

/** Lower-case labels of letters, digits and hyphens; no wildcard. */
export function isDnsName(text: string): boolean {
  return text.length <= 253 && /^(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/.test(text) && isIP(text) === 0;
}

function distributionPoint(url: string): Extension {
  const distributionPointName = new DistributionPointName({ fullName: [new GeneralName({ uniformResourceIdentifier: url })] });
  return extension(id_ce_cRLDistributionPoints, false, new CRLDistributionPoints([new DistributionPoint({ distributionPoint: distributionPointName })]));
}
