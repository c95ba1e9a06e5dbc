import { recordAuditEvent, type AuditEntry } from '@/lib/audit';
import { beginOperation } from '@/lib/operations';
import { AppError, assert, type Tx } from '@/lib/platform';
import { allocateSubChain } from '../allocate-sub-chain';
import { provisionOperation } from './provision-operation';

export interface BeginProvision {
  applicationId: string;
  actor: AuditEntry['actor'];
  requestId?: string | undefined;
}

/**
 * APPROVED → PROVISIONING: gives the application its sub-chain row and begins the operation, in the caller's
 * transaction. After the commit the caller rings the bell: `ringOperation(operationId)`.
 *
 * @throws AppError CONFLICT when the application is not approved
 */
export async function beginProvision(tx: Tx, { applicationId, actor, requestId }: BeginProvision): Promise<{ operationId: string }> {
  const { count } = await tx.application.updateMany({
    where: { id: applicationId, state: 'APPROVED' },
    data: { state: 'PROVISIONING', stateReason: null, version: { increment: 1 } },
  });
  if (count === 0) throw new AppError('CONFLICT', { subject: 'application' }, { publicMessage: 'Only an approved application can be provisioned.' });
  const { organisationId, framework, finality } = await tx.application.findUniqueOrThrow({ where: { id: applicationId } });
  assert(framework, `application ${applicationId} has a framework`);
  assert(finality, `application ${applicationId} has a finality mode`);
  const { slug } = await allocateSubChain(tx, { id: applicationId, framework, finality });
  const operationId = await beginOperation(tx, provisionOperation, {
    input: { applicationId },
    organisationId,
    applicationId,
    ...(actor.kind === 'USER' ? { startedById: actor.userId } : {}),
  });
  await recordAuditEvent(tx, {
    actor,
    organisationId,
    action: 'application.provision',
    subject: { type: 'application', id: applicationId },
    details: { operationId, subChain: slug },
    requestId,
  });
  return { operationId };
}
