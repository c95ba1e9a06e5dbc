import { requireApplication, actorOf, type Caller } from '@/lib/access-keys';
import { createInvoice, hasPaidInvoice } from '@/lib/billing';
import { ringOperation } from '@/lib/operations';
import { getDb } from '@/lib/platform';
import { beginResume } from '@/lib/sub-chains';
import { requireMovable } from './give-back';

export interface ResumeApplicationResult {
  /** The operation that goes on, to be followed; undefined while the new invoice waits for its payment. */
  operationId: string | undefined;
  /** Set when the money was given back: pay this invoice, and the provisioning goes on by itself. */
  invoiceId: string | undefined;
}

/**
 * Lets a failed provisioning go on where it stopped: done steps stay done, nobody has to approve again. What was paid
 * was given back when it failed, so a paid application gets a new invoice and goes on with its payment.
 *
 * @throws AppError CONFLICT unless it failed; NOT_FOUND; FORBIDDEN.
 */
export async function resumeApplication(caller: Caller, applicationId: string): Promise<ResumeApplicationResult> {
  const { organisationId, plan } = await requireApplication(caller, applicationId, 'application.submit');
  const actor = actorOf(caller);
  const { requestId } = caller;
  const result = await getDb().$transaction(async (tx): Promise<ResumeApplicationResult> => {
    // Held to the end: of two clicks the second one finds the invoice of the first.
    await tx.$queryRaw`SELECT 1 FROM "Application" WHERE id = ${applicationId} FOR UPDATE`;
    await requireMovable(tx, { applicationId, organisationId, move: 'resume' });
    if (plan === 'TEST' || (await hasPaidInvoice(tx, { applicationId, organisationId }))) {
      const { operationId } = await beginResume(tx, { applicationId, actor, requestId });
      return { operationId, invoiceId: undefined };
    }
    const open = await tx.invoice.findFirst({ where: { applicationId, organisationId, state: 'OPEN' }, select: { id: true } });
    const invoice = open ?? (await createInvoice(tx, { organisationId, applicationId, plan, actor, requestId }));
    return { operationId: undefined, invoiceId: invoice.id };
  });
  if (result.operationId !== undefined) await ringOperation(result.operationId);
  return result;
}
