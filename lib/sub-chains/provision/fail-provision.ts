import { recordAuditEvent } from '@/lib/audit';
import { oweRefund } from '@/lib/billing';
import type { OperationFailure, OperationSubject } from '@/lib/operations';
import { assert, type Tx } from '@/lib/platform';
import type { ApplicationInput } from '../operation-input';

/**
 * The application could not be provisioned: it says why, and what was paid is owed back, in the transaction that ends
 * the operation. What stands already (placement, peers) stays for a resume, and goes when the application is deleted.
 */
export async function failProvision(tx: Tx, { input, organisationId }: OperationSubject<ApplicationInput>, failure: OperationFailure): Promise<void> {
  const { applicationId } = input;
  assert(organisationId !== null, `the operation of ${applicationId} belongs to an organisation`);
  const actor = { kind: 'SYSTEM' } as const;
  const reason = `Could not be provisioned: ${failure.publicMessage}`;
  // Invoice before application: billing's lock order.
  const paid = await tx.invoice.findFirst({ where: { applicationId, organisationId, state: 'PAID' }, select: { id: true } });
  if (paid) await oweRefund(tx, { invoiceId: paid.id, organisationId, reason, actor });
  const { count } = await tx.application.updateMany({
    where: { id: applicationId, state: 'PROVISIONING' },
    data: { state: 'FAILED', stateReason: reason, version: { increment: 1 } },
  });
  assert(count === 1, `application ${applicationId} is being provisioned`);
  await recordAuditEvent(tx, {
    actor,
    organisationId,
    action: 'application.fail',
    subject: { type: 'application', id: applicationId },
    details: { code: failure.code, reason, refund: paid !== null },
  });
}
