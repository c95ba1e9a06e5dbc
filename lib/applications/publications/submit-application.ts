import { actorOf, requireApplication, type Caller } from '@/lib/access-keys';
import { recordAuditEvent } from '@/lib/audit';
import { createInvoice } from '@/lib/billing';
import { requireSelectableCityNodes } from '@/lib/city-nodes';
import { requireVerifiedEmail } from '@/lib/identity';
import { AppError, getDb } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import { applicationInclude, toApplicationView } from '../application-view';
import type { ApplicationView } from '../client';
import { canMove } from '../application-state';
import { finalityOfDraft } from '../drafts/draft-finality';
import { packageSchemaOf } from '../drafts/draft-steps';
import { moveApplication, movedOn } from '../move-application';

export interface SubmitApplicationInput {
  applicationId: string;
  /** Of the draft as the review page showed it. */
  version: number;
}

/**
 * Closes a complete draft and issues its invoice: the application waits for its payment from here on.
 *
 * @throws AppError EMAIL_NOT_VERIFIED; NOT_FOUND; FORBIDDEN; INVALID_INPUT with every field that is still missing
 * (`basics.name`); CONFLICT when it is no draft any more, was changed since, or a city node has no running host now.
 */
export async function submitApplication(caller: Caller, input: SubmitApplicationInput): Promise<{ application: ApplicationView; invoiceId: string }> {
  const { applicationId, version } = input;
  const { organisationId } = await requireApplication(caller, applicationId, 'application.submit');
  requireVerifiedEmail(caller.session);
  return getDb().$transaction(async (tx) => {
    const draft = toApplicationView(await tx.application.findFirstOrThrow({ where: { id: applicationId, organisationId }, include: applicationInclude }));
    if (!canMove(draft.state, 'submit') || draft.version !== version) throw movedOn(draft.state);
    requireComplete(draft);
    // As checked: trimmed, with its prefix, with defaults. From here on nobody has to check it again.
    const contractPackage = packageSchemaOf(draft.framework).parse(draft.contractPackage) as Prisma.InputJsonObject;
    await requireSelectableCityNodes(tx, draft.cityNodes.map((cityNode) => cityNode.code));

    const actor = actorOf(caller);
    const { requestId } = caller;
    // First the application, so that a second click is told of the move and not of the invoice that exists already.
    await moveApplication(tx, { applicationId, organisationId, move: 'submit', version, data: { contractPackage, finality: finalityOfDraft(draft) } });
    const { id: invoiceId, number } = await createInvoice(tx, { organisationId, applicationId, plan: draft.plan, actor, requestId });
    await recordAuditEvent(tx, {
      actor,
      organisationId,
      action: 'application.submit',
      subject: { type: 'application', id: applicationId },
      details: { invoiceId, number, version, finality: finalityOfDraft(draft) },
      requestId,
    });
    const application = await tx.application.findFirstOrThrow({ where: { id: applicationId, organisationId }, include: applicationInclude });
    return { application: toApplicationView(application), invoiceId };
  });
}

function requireComplete(draft: ApplicationView): void {
  const missing = Object.entries(draft.draft?.missing ?? {});
  if (missing.length === 0) return;
  const fields = Object.fromEntries(
    missing.flatMap(([step, stepFields]) => Object.entries(stepFields).map(([path, message]) => [`${step}.${path}`, message])),
  );
  throw new AppError('INVALID_INPUT', { fields }, {
    publicMessage: `Not everything is filled in yet: ${missing.map(([step]) => stepNames[step as keyof typeof stepNames]).join(', ')}.`,
  });
}

const stepNames = {
  basics: 'basics',
  framework: 'framework and version',
  contract: 'contract package',
  'city-nodes': 'city nodes',
  review: 'review',
};
