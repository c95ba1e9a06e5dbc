import { recordAuditEvent } from '@/lib/audit';
import type { OperationFailure, OperationSubject, StepContext, StepOutcome } from '@/lib/operations';
import type { Tx } from '@/lib/platform';
import type { MovePeerInput } from '../operation-input';

/** Where the peer lives its host knows; what is kept here is that it moved. */
export async function recordMoveStep({ input, operationId, organisationId }: StepContext<MovePeerInput>): Promise<StepOutcome> {
  return { commit: (tx) => record(tx, 'sub-chain.peer-moved', { input, operationId, organisationId }) };
}

/** The peer runs on where it was. */
export async function failMove(tx: Tx, subject: Pick<OperationSubject<MovePeerInput>, 'input' | 'operationId' | 'organisationId'>, failure: OperationFailure): Promise<void> {
  await record(tx, 'sub-chain.move-peer-failed', subject, { code: failure.code, reason: failure.publicMessage });
}

async function record(tx: Tx, action: string, { input, operationId, organisationId }: Pick<OperationSubject<MovePeerInput>, 'input' | 'operationId' | 'organisationId'>, more: Record<string, string> = {}): Promise<void> {
  const { applicationId, cityNode, to } = input;
  await recordAuditEvent(tx, {
    actor: { kind: 'SYSTEM' },
    organisationId: organisationId ?? undefined,
    action,
    subject: { type: 'application', id: applicationId },
    details: { operationId, cityNode, to, ...more },
  });
}
