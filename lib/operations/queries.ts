import { AppError, getDb } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import type { OperationStepView, OperationView } from './client';

type Row = Prisma.OperationGetPayload<{ include: { steps: true } }>;
const withSteps = { steps: { orderBy: { position: 'asc' } } } as const;

export interface OperationScope {
  /** Absent only for the portal's own staff: every tenant query names its organisation. */
  organisationId?: string;
}

/** Throws NOT_FOUND when absent or another organisation's. */
export async function getOperation(operationId: string, scope: OperationScope): Promise<OperationView> {
  const row = await getDb().operation.findFirst({
    where: { id: operationId, ...(scope.organisationId === undefined ? {} : { organisationId: scope.organisationId }) },
    include: withSteps,
  });
  if (!row) throw new AppError('NOT_FOUND', { subject: 'operation' }, { publicMessage: 'There is no such operation.' });
  return rowToView(row);
}

export interface ListOperations extends OperationScope {
  applicationId?: string;
  state?: OperationView['state'];
  kind?: string;
  /** Id of the last one of the page before. */
  after?: string;
  limit?: number;
}

/** Newest first; at most 100. */
export async function listOperations(filter: ListOperations): Promise<{ operations: OperationView[]; next: string | null }> {
  const limit = Math.min(filter.limit ?? 25, 100);
  const rows = await getDb().operation.findMany({
    where: {
      ...(filter.organisationId === undefined ? {} : { organisationId: filter.organisationId }),
      ...(filter.applicationId === undefined ? {} : { applicationId: filter.applicationId }),
      ...(filter.state === undefined ? {} : { state: filter.state }),
      ...(filter.kind === undefined ? {} : { kind: filter.kind }),
      // Ids sort by the time they were made.
      ...(filter.after === undefined ? {} : { id: { lt: filter.after } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
    include: withSteps,
  });
  const page = rows.slice(0, limit);
  return { operations: page.map(rowToView), next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/** The newest operation of an application, of any kind or of these. */
export async function findLatestOperation(applicationId: string, kinds?: readonly string[]): Promise<OperationView | undefined> {
  const row = await getDb().operation.findFirst({
    where: { applicationId, ...(kinds === undefined ? {} : { kind: { in: [...kinds] } }) },
    orderBy: { id: 'desc' },
    include: withSteps,
  });
  return row ? rowToView(row) : undefined;
}

function rowToView(row: Row): OperationView {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    organisationId: row.organisationId,
    applicationId: row.applicationId,
    startedById: row.startedById,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    notBefore: row.state === 'PENDING' ? (row.notBefore?.toISOString() ?? null) : null,
    version: row.version,
    progress: { done: row.steps.filter((step) => step.state === 'DONE').length, total: row.steps.length },
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.publicMessage ?? '' },
    steps: row.steps.map(stepToView),
  };
}

function stepToView(step: Row['steps'][number]): OperationStepView {
  return {
    name: step.name,
    state: step.state,
    attempts: step.attempts,
    message: step.message,
    startedAt: step.startedAt?.toISOString() ?? null,
    ms: step.startedAt && step.finishedAt ? step.finishedAt.getTime() - step.startedAt.getTime() : null,
  };
}
