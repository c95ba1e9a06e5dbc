import { beginOperation } from '@/lib/operations';
import { AppError, assert, type Tx } from '@/lib/platform';
import { allocateSubChain } from '../allocate-sub-chain';
import { provisionOperation } from './provision-operation';

export interface BeginProvision {
  applicationId: string;
  /** Absent: the system itself. */
  startedById?: string | undefined;
}

/**
 * APPROVED → PROVISIONING: gives the application its sub-chain row and begins the operation, in the caller's
 * transaction, which also writes the audit row. After the commit the caller rings the bell: `ringOperation`.
 *
 * @returns id of the operation
 * @throws AppError CONFLICT when the application is not approved
 */
export async function beginProvision(tx: Tx, { applicationId, startedById }: BeginProvision): Promise<string> {
  const { count } = await tx.application.updateMany({
    where: { id: applicationId, state: 'APPROVED' },
    data: { state: 'PROVISIONING', stateReason: null, version: { increment: 1 } },
  });
  if (count === 0) throw new AppError('CONFLICT', { subject: 'application' }, { publicMessage: 'Only an approved application can be provisioned.' });
  const { organisationId, framework } = await tx.application.findUniqueOrThrow({ where: { id: applicationId } });
  assert(framework, `application ${applicationId} has a framework`);
  await allocateSubChain(tx, { id: applicationId, framework });
  return beginOperation(tx, provisionOperation, { input: { applicationId }, organisationId, applicationId, ...(startedById === undefined ? {} : { startedById }) });
}
