import { recordAuditEvent } from '@/lib/audit';
import type { OperationFailure, OperationSubject } from '@/lib/operations';
import type { Tx } from '@/lib/platform';
import type { ChangeFinalityInput } from '../operation-input';

/** The application runs on under whatever rules its peers have; its page shows why the change stopped. */
export async function failChange(tx: Tx, { input, operationId, organisationId }: OperationSubject<ChangeFinalityInput>, failure: OperationFailure): Promise<void> {
  const { applicationId, from, to } = input;
  await tx.application.update({ where: { id: applicationId }, data: { version: { increment: 1 } } });
  await recordAuditEvent(tx, {
    actor: { kind: 'SYSTEM' },
    organisationId: organisationId ?? undefined,
    action: 'sub-chain.change-finality-failed',
    subject: { type: 'application', id: applicationId },
    details: { operationId, from, to, code: failure.code, reason: failure.publicMessage },
  });
}
