import { recordAuditEvent } from '@/lib/audit';
import type { OperationFailure, OperationSubject } from '@/lib/operations';
import type { Tx } from '@/lib/platform';
import type { DeleteInput } from '../operation-input';

/** A deletion is never given up: the application stays DELETING and says why it waits; a sweep resumes the operation. */
export async function failDelete(tx: Tx, { input, organisationId }: OperationSubject<DeleteInput>, failure: OperationFailure): Promise<void> {
  const { applicationId } = input;
  await tx.application.updateMany({
    where: { id: applicationId, state: 'DELETING' },
    data: { stateReason: `Not deleted yet: ${failure.publicMessage} It is tried again every few minutes.`, version: { increment: 1 } },
  });
  await recordAuditEvent(tx, {
    actor: { kind: 'SYSTEM' },
    organisationId: organisationId ?? undefined,
    action: 'application.delete-failed',
    subject: { type: 'application', id: applicationId },
    details: { code: failure.code },
  });
}
