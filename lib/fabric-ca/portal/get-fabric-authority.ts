import { getDb, getEnv } from '@/lib/platform';
import { encodePem } from '@/lib/x509';
import { registrarId, type FabricAuthorityView } from '../client';
import { findAuthorityOf, type Authority } from '../ensure-fabric-authority';
import { requireMembership, type PortalCaller } from './caller';

/** The authority of the caller's organisation; null before it is made. @throws AppError FORBIDDEN */
export async function getFabricAuthority(caller: PortalCaller): Promise<FabricAuthorityView | null> {
  const authority = await findAuthorityOf(requireMembership(caller, 'application.read').id);
  return authority && describeForPortal(authority);
}

export async function describeForPortal({ id, caName, mspId, certificate, keyIdentifier, notAfter }: Authority): Promise<FabricAuthorityView> {
  const db = getDb();
  const [identities, registrar] = await Promise.all([
    db.fabricIdentity.count({ where: { authorityId: id } }),
    db.fabricIdentity.findUnique({ where: { authorityId_enrollmentId: { authorityId: id, enrollmentId: registrarId } }, select: { secretHash: true, revokedAt: true } }),
  ]);
  return {
    id,
    caName,
    mspId,
    certificate: encodePem('CERTIFICATE', certificate),
    keyIdentifier,
    notAfter: notAfter.toISOString(),
    url: addressOf(getEnv().PUBLIC_URL),
    identities,
    hasRegistrar: registrar !== null && registrar.secretHash !== null && registrar.revokedAt === null,
  };
}

/** With its port always: Fabric CA's clients take 7054 where none is written. */
function addressOf(publicUrl: string): string {
  const { protocol, hostname, port } = new URL(publicUrl);
  return `${protocol}//${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}
