import { actorOf, type Caller } from '@/lib/access-keys';
import { recordAuditEvent } from '@/lib/audit';
import { requireOrganisation } from '@/lib/identity';
import { AppError, createId, getDb } from '@/lib/platform';
import { applicationInclude, toApplicationView } from '../application-view';
import type { ApplicationView } from '../client';
import { draftSteps } from './draft-steps';

/** Drafts of one organisation at a time: enough for any team, too few to fill a disk with half-typed contracts. */
const draftsMax = 50;

/**
 * Begins the publication of a paid application: an empty draft that survives leaving the page.
 *
 * @throws AppError FORBIDDEN for a role that may not write; QUOTA_EXCEEDED at 50 drafts.
 */
export async function createDraft(caller: Caller): Promise<ApplicationView> {
  const { id: organisationId } = requireOrganisation(caller.session, 'application.write');
  return getDb().$transaction(async (tx) => {
    if ((await tx.application.count({ where: { organisationId, state: 'DRAFT' } })) >= draftsMax) {
      throw new AppError('QUOTA_EXCEEDED', { quota: 'drafts', limit: draftsMax }, {
        publicMessage: `Your organisation has ${draftsMax} drafts. Publish or delete one of them first.`,
      });
    }
    const id = createId('application');
    const application = await tx.application.create({
      data: {
        id,
        organisationId,
        createdById: caller.session.user.id,
        plan: 'STANDARD',
        state: 'DRAFT',
        name: '',
        draftStep: draftSteps[0],
      },
      include: applicationInclude,
    });
    await recordAuditEvent(tx, {
      actor: actorOf(caller),
      organisationId,
      action: 'application.create-draft',
      subject: { type: 'application', id },
      requestId: caller.requestId,
    });
    return toApplicationView(application);
  });
}
