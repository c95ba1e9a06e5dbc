import { z } from 'zod';
import { getDb } from '@/lib/platform';
import { attributeNames } from '../attributes';
import { authenticateToken } from '../authenticate';
import { readBody, type CaAnswer, type CaRequest } from '../ca-request';
import { openFabricIssuer, type Authority } from '../ensure-fabric-authority';
import { caCodes, FabricCaError, unauthorized } from '../fabric-ca-error';
import { limits } from '../limits';
import { attributeOf, parseBoolean } from '../permissions';
import { signList } from '../revocation-lists';

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text)).optional();
const schema = z.object({ revokedafter: time, revokedbefore: time, expireafter: time, expirebefore: time });

type Period = { [K in keyof z.output<typeof schema>]?: Date | undefined };

/** `POST gencrl`: a list of what was revoked, or of a part of it. */
export async function genCrl(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const { authority, identity } = await authenticateToken(request, nowMs);
  const period = readBody(schema, request);
  if (parseBoolean(attributeOf(identity, attributeNames.genCrl) ?? '') !== true) throw unauthorized(`The identity '${identity.enrollmentId}' does not have authority to generate a CRL`);
  return { status: 200, result: { CRL: await makeList(authority, period, nowMs) } };
}

/** The list as Fabric CA hands it out: PEM, in base64 once more. @throws FabricCaError 400 */
export async function makeList(authority: Authority, { revokedafter, revokedbefore, expireafter, expirebefore }: Period, nowMs: number): Promise<string> {
  if (revokedbefore && revokedafter && revokedafter > revokedbefore) {
    throw new FabricCaError(400, caCodes.invalidRevokedAfter, "Invalid 'revokedafter' value. It must not be a timestamp greater than 'revokedbefore'");
  }
  if (expirebefore && expireafter && expireafter > expirebefore) {
    throw new FabricCaError(400, caCodes.invalidExpiredAfter, "Invalid 'expireafter' value. It must not be a timestamp greater than 'expirebefore'");
  }
  const entriesMax = limits.certificates;
  const revoked = await getDb().fabricCertificate.findMany({
    where: {
      authorityId: authority.id,
      revokedAt: { not: null, ...(revokedafter ? { gt: revokedafter } : {}), ...(revokedbefore ? { lt: revokedbefore } : {}) },
      notAfter: { ...(expireafter ? { gt: expireafter } : {}), ...(expirebefore ? { lt: expirebefore } : {}) },
    },
    select: { serial: true, revokedAt: true },
    orderBy: { serial: 'asc' },
    take: entriesMax + 1,
  });
  if (revoked.length > entriesMax) throw new FabricCaError(400, caCodes.list, `More than ${entriesMax} certificates were revoked: ask for those that expire after today`);
  const pem = signList(await openFabricIssuer(getDb(), authority.id), revoked, nowMs);
  return Buffer.from(pem, 'utf8').toString('base64');
}
