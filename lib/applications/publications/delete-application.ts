import { actorOf, requireApplication, type Caller } from '@/lib/access-keys';
import { recordAuditEvent } from '@/lib/audit';
import { oweRefund, voidInvoice } from '@/lib/billing';
import { ringOperation } from '@/lib/operations';
import { AppError, getDb, type Tx } from '@/lib/platform';
import { Prisma } from '@/lib/platform/generated/prisma/client';
import { beginDelete } from '@/lib/sub-chains';
import { canMove, type ApplicationState } from '../application-state';
import { moveApplication, movedOn } from '../move-application';
import { payBack } from './give-back';

export interface DeleteApplicationInput {
  applicationId: string;
  /** The application's name, typed by hand. Not asked for where there is no sub-chain. */
  name?: string | undefined;
}

/**
 * Deletes an application for good: of a running or failed one everything in the city nodes, by an operation; of a
 * draft, a rejected or a cancelled one the row alone, at once. A paid year that has begun is not refunded.
 *
 * @returns the operation that removes the sub-chain; undefined when it is done already.
 * @throws AppError INVALID_INPUT when the typed name is another; CONFLICT while it is in between (cancel it instead);
 * NOT_FOUND; FORBIDDEN.
 */
export async function deleteApplication(caller: Caller, input: DeleteApplicationInput): Promise<{ operationId: string | undefined }> {
  const { applicationId } = input;
  const { organisationId } = await requireApplication(caller, applicationId, 'application.delete');
  const { operationId, owedInvoiceId } = await getDb().$transaction(async (tx) => {
    const where = { id: applicationId, organisationId };
    const { state, name } = await tx.application.findFirstOrThrow({ where, select: { state: true, name: true } });
    if (canMove(state, 'discard')) {
      await discard(tx, caller, { applicationId, organisationId, state });
      return { operationId: undefined, owedInvoiceId: undefined };
    }
    if (!canMove(state, 'delete')) throw movedOn(state);
    requireTypedName(input.name, name);
    const owed = state === 'FAILED' ? await closeInvoice(tx, caller, { applicationId, organisationId }) : undefined;
    const begun = await beginDelete(tx, { applicationId, cause: 'asked', actor: actorOf(caller), requestId: caller.requestId });
    return { operationId: begun.operationId, owedInvoiceId: owed };
  });
  if (operationId !== undefined) await ringOperation(operationId);
  if (owedInvoiceId !== undefined) await payBack(owedInvoiceId);
  return { operationId };
}

async function discard(tx: Tx, caller: Caller, application: { applicationId: string; organisationId: string; state: ApplicationState }): Promise<void> {
  const { applicationId, organisationId, state } = application;
  // What nobody asked for is not kept: begun and thrown away again and again, half-typed contracts would fill the disk.
  const emptied = state === 'DRAFT' ? { contractPackage: Prisma.DbNull } : {};
  await moveApplication(tx, { applicationId, organisationId, move: 'discard', data: { deletedAt: new Date(), ...emptied } });
  await recordAuditEvent(tx, {
    actor: actorOf(caller),
    organisationId,
    action: 'application.delete',
    subject: { type: 'application', id: applicationId },
    details: { state },
    requestId: caller.requestId,
  });
}

function requireTypedName(typed: string | undefined, name: string): void {
  if (typed?.trim() === name) return;
  const message = `Type the application's name, ${name}, to delete it with all its blocks.`;
  throw new AppError('INVALID_INPUT', { fields: { name: message } }, { publicMessage: message });
}

/** A failed application that goes leaves no invoice that somebody could still pay, and no money behind. */
async function closeInvoice(
  tx: Tx,
  caller: Caller,
  { applicationId, organisationId }: { applicationId: string; organisationId: string },
): Promise<string | undefined> {
  const invoice = await tx.invoice.findFirst({
    where: { applicationId, organisationId, state: { in: ['OPEN', 'PAID'] } },
    select: { id: true, state: true },
  });
  if (!invoice) return undefined;
  const closing = { invoiceId: invoice.id, organisationId, reason: 'The application was deleted.', actor: actorOf(caller), requestId: caller.requestId };
  if (invoice.state === 'OPEN') {
    await voidInvoice(tx, closing);
    return undefined;
  }
  await oweRefund(tx, closing);
  return invoice.id;
}
