import { AppError, type Tx } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import { applicationMoves, type ApplicationMove, type ApplicationState } from './application-state';

export interface MoveApplicationInput {
  applicationId: string;
  /** Every tenant's move names its organisation; only a portal admin's leaves it out. */
  organisationId?: string | undefined;
  move: ApplicationMove;
  /** The version that the caller has seen; absent: the state alone decides. */
  version?: number | undefined;
  /** Other columns that change with the state. */
  data?: Omit<Prisma.ApplicationUncheckedUpdateManyInput, 'state' | 'version'>;
}

/**
 * Moves an application by compare-and-set on its state (and version): of two callers at once one moves it, the other
 * is told what it is now.
 *
 * @throws AppError NOT_FOUND, CONFLICT.
 */
export async function moveApplication(tx: Tx, input: MoveApplicationInput): Promise<void> {
  const { applicationId, move, version, data = {} } = input;
  const { from, to } = applicationMoves[move];
  const whose = { id: applicationId, ...(input.organisationId === undefined ? {} : { organisationId: input.organisationId }) };
  const { count } = await tx.application.updateMany({
    where: { ...whose, state: { in: [...from] }, ...(version === undefined ? {} : { version }) },
    data: { ...data, state: to, version: { increment: 1 } },
  });
  if (count === 1) return;
  const application = await tx.application.findFirst({ where: whose, select: { state: true } });
  if (!application) throw applicationNotFound();
  throw movedOn(application.state);
}

export function applicationNotFound(): AppError<'NOT_FOUND'> {
  return new AppError('NOT_FOUND', { subject: 'application' }, { publicMessage: 'There is no such application.' });
}

/** The state, or the version, is not what the caller saw any more. */
export function movedOn(state: ApplicationState): AppError<'CONFLICT'> {
  return new AppError('CONFLICT', { subject: 'application', state }, { publicMessage: `${stateSentences[state]} Reload the page to see it as it is now.` });
}

const stateSentences: Record<ApplicationState, string> = {
  DRAFT: 'This draft was changed elsewhere meanwhile.',
  AWAITING_PAYMENT: 'This application waits for its payment.',
  SUBMITTED: 'This application is paid and waits for approval.',
  APPROVED: 'This application is approved already.',
  PROVISIONING: 'This application is being provisioned.',
  RUNNING: 'This application is running.',
  REJECTED: 'This application was rejected.',
  FAILED: 'This application could not be provisioned.',
  CANCELLED: 'This application was cancelled.',
  DELETING: 'This application is being deleted.',
  DELETED: 'This application was deleted.',
};
