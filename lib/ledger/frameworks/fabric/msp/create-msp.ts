import { bytesToHex } from '@/lib/platform/pure/bytes';
import { readPemCertificate, type Certificate } from './certificate';
import { checkNodeRole } from './check-node-role';
import { sanitize } from './create-identity';
import type { MspConfig, UnitIdentifier } from './decode-msp-config';
import { findChain, type AuthorityPool } from './find-chain';
import type { Identity, KnownUnit, Msp, NodeRole } from './msp';
import { FabricRefusal, readWithin } from './refusal';
import { readRevocationList, type RevocationList } from './revocation-list';
import { hashOfPath, validateAuthority, validateIdentity } from './validate-identity';

const signatureHashes: Readonly<Record<string, Msp['signatureHash']>> = { '': 'sha256', SHA2: 'sha256', SHA3: 'sha3-256' };
const identityHashes: Readonly<Record<string, Msp['identityHash']>> = { '': 'sha256', SHA256: 'sha256', SHA384: 'sha384', SHA3_256: 'sha3-256', SHA3_384: 'sha3-384' };

const key = ({ der }: Certificate): string => bytesToHex(der);

/**
 * Sets up an MSP from its configuration (msp/mspimplsetup.go, setupV142) and checks all of it: authorities and their chains,
 * revocation lists, units, administrators. What it answers depends on the configuration alone, never on the time of day.
 * @throws FabricRefusal malformed, limit, not-allowed
 */
export function createMsp(config: MspConfig): Msp {
  return readWithin(`MSP ${config.name}`, () => setUp(config));
}

function setUp(config: MspConfig): Msp {
  const signatureHash = signatureHashes[config.signatureHashFamily];
  if (!signatureHash) throw new FabricRefusal('not-allowed', `hash family not recognized [${config.signatureHashFamily}], use SHA2 or SHA3`);
  const identityHash = identityHashes[config.identityHash];
  if (!identityHash) throw new FabricRefusal('not-allowed', `hash function not recognized [${config.identityHash}], use SHA256, SHA384, SHA3_256 or SHA3_384`);
  if (config.roots.length === 0) throw new FabricRefusal('not-allowed', 'expected at least one CA certificate');
  const pool = readPool(config.roots, config.intermediates);
  const revocationLists = config.revocationLists.map((bytes) => readWithin('could not parse RevocationList', () => readRevocationList(bytes)));
  for (const authority of [...pool.roots, ...pool.intermediates]) checkAuthority(authority, pool, revocationLists);
  // TLS authorities are kept for clients to read; here they only have to be in order.
  const tlsPool = { roots: config.tlsRoots.map(readPemCertificate), intermediates: config.tlsIntermediates.map(readPemCertificate) };
  for (const authority of [...tlsPool.roots, ...tlsPool.intermediates]) checkAuthority(authority, tlsPool, revocationLists);
  const base = { id: config.name, ...pool, signatureHash, identityHash, revocationLists, innerAuthorities: findInner(pool) };
  const nodeUnits = readNodeUnits(config.nodeUnits, base);
  const msp: Msp = { ...base, requiredUnits: readRequiredUnits(config.unitIdentifiers, base), nodeUnits, admins: new Set() };
  return { ...msp, admins: readAdmins(config.admins, msp) };
}

/** Authorities in low-S form. Those above are looked for in the form in which they came. */
function readPool(rootPems: readonly Uint8Array[], intermediatePems: readonly Uint8Array[]): AuthorityPool {
  const raw = { roots: rootPems.map(readPemCertificate), intermediates: intermediatePems.map(readPemCertificate) };
  const lower = (certificates: readonly Certificate[]) => certificates.map((one) => sanitize(one, raw));
  return { roots: lower(raw.roots), intermediates: lower(raw.intermediates) };
}

function checkAuthority(certificate: Certificate, pool: AuthorityPool, lists: readonly RevocationList[]): void {
  const serial = `(SN: ${certificate.serial.toString(16)})`;
  if (!certificate.isAuthority) throw new FabricRefusal('not-allowed', `CA Certificate did not have the CA attribute, ${serial}`);
  if (certificate.keyIdentifier === undefined) {
    throw new FabricRefusal('not-allowed', `CA Certificate problem with Subject Key Identifier extension, ${serial}: subjectKeyIdentifier not found in certificate`);
  }
  const reason = validateAuthority(certificate, pool, lists);
  if (reason !== undefined) throw new FabricRefusal('not-allowed', `CA Certificate is not valid, ${serial}: ${reason}`);
}

/** Every authority above an intermediate. */
function findInner(pool: AuthorityPool): ReadonlySet<string> {
  const inner = new Set<string>();
  for (const intermediate of pool.intermediates) {
    const result = findChain(intermediate, pool);
    if ('reason' in result) throw new FabricRefusal('not-allowed', `failed getting validation chain: ${result.reason}`);
    for (const above of result.chain.slice(1)) inner.add(key(above));
  }
  return inner;
}

type Base = Pick<Msp, 'identityHash' | 'innerAuthorities'> & AuthorityPool;

/** The hash of the path that ends with an authority of this MSP (getCertifiersIdentifier). */
function certifiersOf(pem: Uint8Array, base: Base): string {
  const certificate = sanitize(readPemCertificate(pem), base);
  if (base.roots.some((root) => key(root) === key(certificate))) return hashOfPath(base, [certificate]);
  if (!base.intermediates.some((one) => key(one) === key(certificate))) throw new FabricRefusal('not-allowed', 'Failed adding OU. Certificate not in root or intermediate certs.');
  const result = findChain(certificate, base);
  if ('reason' in result) throw new FabricRefusal('not-allowed', `Failed computing validation chain: ${result.reason}`);
  if (base.innerAuthorities.has(key(certificate))) throw new FabricRefusal('not-allowed', 'invalid validation chain. Parent certificate should be a leaf of the certification tree');
  return hashOfPath(base, result.chain);
}

function readRequiredUnits(identifiers: readonly UnitIdentifier[], base: Base): ReadonlyMap<string, ReadonlySet<string>> {
  const units = new Map<string, Set<string>>();
  for (const { unit, certificate } of identifiers) {
    const paths = units.get(unit) ?? new Set<string>();
    paths.add(readWithin(`failed getting certificate for [${unit}]`, () => certifiersOf(certificate, base)));
    units.set(unit, paths);
  }
  return units;
}

function readNodeUnits(config: MspConfig['nodeUnits'], base: Base): Msp['nodeUnits'] {
  if (!config) return undefined;
  const units = new Map<NodeRole, KnownUnit>();
  for (const role of ['client', 'peer', 'admin', 'orderer'] as const) {
    const identifier = config[role];
    if (!identifier) continue;
    const certifiers = identifier.certificate.length === 0 ? undefined : certifiersOf(identifier.certificate, base);
    units.set(role, { unit: identifier.unit, certifiers });
  }
  return config.isEnabled && units.size > 0 ? units : undefined;
}

function readAdmins(pems: readonly Uint8Array[], msp: Msp): ReadonlySet<string> {
  if (pems.length === 0 && !msp.nodeUnits?.has('admin')) throw new FabricRefusal('not-allowed', 'administrators must be declared when no admin ou classification is set');
  const admins = pems.map((pem, index) => readWithin(`admin ${index} is invalid`, () => sanitize(readPemCertificate(pem), msp)));
  admins.forEach((certificate, index) => {
    const reason = checkAdmin({ msp, certificate, id: key(certificate) });
    if (reason !== undefined) throw new FabricRefusal('not-allowed', `admin ${index} is invalid${reason}`);
  });
  return new Set(admins.map(key));
}

/** With roles by units an administrator must be a client or an admin; whether it is valid in other respects is not asked, as in Fabric. */
function checkAdmin(identity: Identity): string | undefined {
  if (!identity.msp.nodeUnits) {
    const reason = validateIdentity(identity);
    return reason && `: ${reason}`;
  }
  const reasons = [checkNodeRole(identity, 'client'), checkNodeRole(identity, 'admin')];
  return reasons.includes(undefined) ? undefined : ` [${reasons.join()}]`;
}
