import { z } from 'zod';
import { getDb } from '@/lib/platform';
import { attributeRequestsSchema } from '../attributes';
import { authenticateSecret, authenticateToken, describeAuthority } from '../authenticate';
import { readBody, type CaAnswer, type CaRequest } from '../ca-request';
import type { Authority } from '../ensure-fabric-authority';
import { caCodes, FabricCaError, unauthenticated, unauthorized } from '../fabric-ca-error';
import type { Identity } from '../identity-record';
import { issueTo } from '../issue-to';
import { readCsr } from '../read-csr';

const schema = z.object({
  certificate_request: z.string().min(1).max(16_384),
  /** Absent: a certificate that signs. */
  profile: z.string().max(64).optional(),
  attr_reqs: attributeRequestsSchema.optional(),
  hosts: z.array(z.string().min(1).max(253)).max(64).optional(),
  /** Fabric CA's own command sends its wishes here, too; the common name alone is looked at. */
  subject: z.object({ cn: z.string().max(256).optional() }).optional(),
});

/** `POST enroll`: a certificate for an enrollment ID and its secret. */
export async function enroll(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const { authority, identity } = await authenticateSecret(request);
  return issue(request, { authority, identity, by: 'secret', nowMs });
}

/** `POST reenroll`: another certificate for whoever has one. */
export async function reenroll(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const { authority, identity, certificate } = await authenticateToken(request, nowMs);
  return issue(request, { authority, identity, by: 'certificate', heldId: certificate.id, nowMs });
}

interface Issue {
  authority: Authority;
  identity: Identity;
  by: 'secret' | 'certificate';
  /** The certificate that vouches for the caller. */
  heldId?: string;
  nowMs: number;
}

async function issue(request: CaRequest, { authority, identity, by, heldId, nowMs }: Issue): Promise<CaAnswer> {
  const { certificate_request: pem, profile = '', attr_reqs: attributeRequests, hosts, subject } = readBody(schema, request);
  if (profile !== '' && profile !== 'tls') throw new FabricCaError(400, caCodes.badRequestForCertificate, `Invalid profile: '${profile}'. There are the default one and 'tls'`);
  const { publicKey, commonName, isAuthority, ...addresses } = readCsr(pem, hosts);
  if (commonName !== identity.enrollmentId || (subject?.cn !== undefined && subject.cn !== identity.enrollmentId)) {
    throw new FabricCaError(403, caCodes.commonName, 'The CSR subject common name must equal the enrollment ID');
  }
  if (isAuthority) throw unauthorized('a certificate of an authority is wanted, and intermediate authorities are not offered');
  const issued = await getDb().$transaction(async (tx) => {
    const made = await issueTo(tx, { authority, identity, publicKey, addresses, use: profile === 'tls' ? 'tls' : 'signing', attributeRequests, by, requestId: request.origin.requestId, nowMs });
    // One that is revoked at this moment must not renew itself. After the identity's row, as a revocation takes them: the other
    // way round the two would wait for each other.
    const held = heldId === undefined ? undefined : await tx.$queryRaw<unknown[]>`SELECT 1 FROM "FabricCertificate" WHERE id = ${heldId} AND "revokedAt" IS NULL FOR SHARE`;
    if (held?.length === 0) throw unauthenticated('the certificate of the token is revoked');
    return made;
  });
  const certificate = Buffer.from(issued.certificate, 'utf8').toString('base64');
  return { status: 201, result: { Cert: certificate, ServerInfo: { ...describeAuthority(authority), Version: '' } } };
}
