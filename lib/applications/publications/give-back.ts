import { oweRefund, refundInvoice, type Actor } from '@/lib/billing';
import { assert, getLogger, type Tx } from '@/lib/platform';
import { canMove, type ApplicationMove, type ApplicationState } from '../application-state';
import { applicationNotFound, movedOn } from '../move-application';

export interface GiveBackInput {
  applicationId: string;
  /** Absent for the portal admin and for sweeps only. */
  organisationId?: string | undefined;
  /** The move that causes the refund; checked here, made by the caller afterwards. */
  move: ApplicationMove;
  reason: string;
  actor: Actor;
  requestId?: string | undefined;
}

/** The application as it is, when this move is open to it. @throws AppError NOT_FOUND, CONFLICT. */
export async function requireMovable(
  tx: Tx,
  input: Pick<GiveBackInput, 'applicationId' | 'organisationId' | 'move'>,
): Promise<{ organisationId: string; state: ApplicationState; name: string }> {
  const application = await tx.application.findFirst({
    where: { id: input.applicationId, ...(input.organisationId === undefined ? {} : { organisationId: input.organisationId }) },
    select: { organisationId: true, state: true, name: true },
  });
  if (!application) throw applicationNotFound();
  if (!canMove(application.state, input.move)) throw movedOn(application.state);
  return application;
}

/**
 * Owes the publisher what was paid for the application, in the caller's transaction and before it moves the
 * application (billing's lock order). Gives the invoice whose money goes back after the commit.
 */
export async function giveBack(tx: Tx, input: GiveBackInput): Promise<{ invoiceId: string; organisationId: string }> {
  const { organisationId } = await requireMovable(tx, input);
  const invoice = await tx.invoice.findFirst({
    where: { applicationId: input.applicationId, organisationId, state: { not: 'VOID' } },
    orderBy: { createdAt: 'desc' },
    select: { id: true },
  });
  assert(invoice, `application ${input.applicationId} was paid`);
  const { reason, actor, requestId } = input;
  await oweRefund(tx, { invoiceId: invoice.id, organisationId, reason, actor, requestId });
  return { invoiceId: invoice.id, organisationId };
}

/**
 * Second half, after the commit. The decision stands whatever happens here: what fails now is paid back by the sweep,
 * and must not look to the caller as if nothing had been decided.
 */
export async function payBack(invoiceId: string): Promise<void> {
  try {
    await refundInvoice(invoiceId);
  } catch (error) {
    getLogger().error({ err: error, invoiceId }, 'refund not made; the sweep will');
  }
}
