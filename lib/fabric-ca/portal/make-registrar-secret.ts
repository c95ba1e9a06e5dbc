import { recordAuditEvent } from '@/lib/audit';
import { hashPassword } from '@/lib/identity';
import { createId, getDb } from '@/lib/platform';
import { registrarAttributes, withOwnAttributes } from '../attributes';
import { registrarId, type RegistrarSecretView } from '../client';
import { ensureFabricAuthority } from '../ensure-fabric-authority';
import { storedAttributes } from '../identity-record';
import { lockAuthority } from '../lock-authority';
import { createSecret } from '../register-identity';
import { actorOf, requireMembership, type PortalCaller } from './caller';
import { describeForPortal } from './get-fabric-authority';

/**
 * Makes the enrollment secret of the organisation's first registrar, and the authority with it where there is none. A former
 * secret ends; certificates that were enrolled with it go on until they are revoked. Whatever became of the registrar, it is
 * again what it was made as: this is how an owner comes back.
 * @throws AppError FORBIDDEN
 */
export async function makeRegistrarSecret(caller: PortalCaller): Promise<RegistrarSecretView> {
  const { id: organisationId } = requireMembership(caller, 'organisation.manage');
  const actor = actorOf(caller);
  const { requestId } = caller;
  const authority = await ensureFabricAuthority({ organisationId, actor, requestId });
  const secret = createSecret();
  const own = { enrollmentId: registrarId, type: 'client', affiliation: '' };
  const renewed = {
    type: own.type,
    affiliation: own.affiliation,
    attributes: storedAttributes(withOwnAttributes(registrarAttributes, own)),
    secretHash: await hashPassword(secret),
    maxEnrollments: -1,
    failedAttempts: 0,
    revokedAt: null,
  };
  await getDb().$transaction(async (tx) => {
    await lockAuthority(tx, authority.id);
    const { id } = await tx.fabricIdentity.upsert({
      where: { authorityId_enrollmentId: { authorityId: authority.id, enrollmentId: registrarId } },
      create: { id: createId('fabricIdentity'), authorityId: authority.id, enrollmentId: registrarId, ...renewed },
      update: renewed,
      select: { id: true },
    });
    await recordAuditEvent(tx, {
      actor,
      organisationId,
      action: 'fabric-identity.make-registrar',
      subject: { type: 'fabric-identity', id },
      details: { caName: authority.caName, enrollmentId: registrarId },
      requestId,
    });
  });
  return { enrollmentId: registrarId, secret, authority: await describeForPortal(authority) };
}
