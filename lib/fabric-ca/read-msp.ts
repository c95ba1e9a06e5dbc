import { getDb } from '@/lib/platform';
import { encodePem } from '@/lib/x509';
import { ensureFabricAuthority, openFabricIssuer } from './ensure-fabric-authority';
import { signLists } from './revocation-lists';

/** An organisation as a channel's settings and a host's control interface describe it; all PEM. */
export interface OrganisationMsp {
  mspId: string;
  rootCertificates: string[];
  revocationLists: string[];
  /** Units of a certificate's name say its role. */
  nodeUnits: true;
}

/** The organisation's MSP as of now; its authority is made where there is none. */
export async function readMsp(organisationId: string, { nowMs = Date.now() }: { nowMs?: number } = {}): Promise<OrganisationMsp> {
  const authority = await ensureFabricAuthority({ organisationId }, { nowMs });
  const revoked = await getDb().fabricCertificate.findMany({
    where: { authorityId: authority.id, revokedAt: { not: null }, notAfter: { gt: new Date(nowMs) } },
    select: { serial: true, revokedAt: true },
    orderBy: { serial: 'asc' },
  });
  const issuer = await openFabricIssuer(getDb(), authority.id);
  return { mspId: authority.mspId, rootCertificates: [encodePem('CERTIFICATE', authority.certificate)], revocationLists: signLists(issuer, revoked, nowMs), nodeUnits: true };
}
