import { revokeApplicationKeys } from '@/lib/access-keys';
import { beginOperation } from '@/lib/operations';
import { AppError, type Tx } from '@/lib/platform';
import type { DeleteInput } from '../operation-input';
import { deleteOperation } from './delete-operation';

export interface BeginDelete {
  applicationId: string;
  /** Default `asked`. */
  cause?: DeleteInput['cause'];
  /** Absent: the system itself. */
  startedById?: string | undefined;
}

/**
 * For an application that the caller has just moved to DELETING, from RUNNING or FAILED: refuses all keys and begins
 * the operation, in the caller's transaction, which also writes the audit row. After the commit the caller rings the bell.
 *
 * @returns id of the operation
 * @throws AppError CONFLICT when the application is not being deleted or has no sub-chain
 */
export async function beginDelete(tx: Tx, { applicationId, cause = 'asked', startedById }: BeginDelete): Promise<string> {
  const { state, organisationId } = await tx.application.findUniqueOrThrow({ where: { id: applicationId }, select: { state: true, organisationId: true } });
  const { count } = await tx.subChain.updateMany({ where: { applicationId, state: { in: ['OPENING', 'RUNNING'] } }, data: { state: 'CLOSING' } });
  if (state !== 'DELETING' || count === 0) {
    throw new AppError('CONFLICT', { subject: 'application', state }, { publicMessage: 'There is no sub-chain to delete.' });
  }
  await revokeApplicationKeys(tx, applicationId);
  return beginOperation(tx, deleteOperation, { input: { applicationId, cause }, organisationId, applicationId, ...(startedById === undefined ? {} : { startedById }) });
}
