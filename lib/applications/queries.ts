import { requireApplication, type Caller } from '@/lib/access-keys';
import { findApplicationInvoice, type InvoiceView } from '@/lib/billing';
import { mayDo } from '@/lib/identity';
import { findLatestOperation, type OperationView } from '@/lib/operations';
import { getDb } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import { deleteOperation, findSubChain, provisionOperation, type SubChainView } from '@/lib/sub-chains';
import { applicationInclude, toApplicationView } from './application-view';
import type { ApplicationPage, ApplicationSummary, ApplicationView, ListApplicationsInput } from './client';
import { applicationNotFound } from './move-application';

const pageSize = 25;

/** Everything the application's page begins with. */
export interface ApplicationDetail {
  application: ApplicationView;
  subChain: SubChainView | null;
  /** The newest provisioning or deletion. */
  operation: OperationView | null;
  /** Null before it was submitted, and for roles that may not see money. */
  invoice: InvoiceView | null;
}

/** @throws AppError NOT_FOUND, also for another organisation's; FORBIDDEN. */
export async function getApplication(caller: Caller, applicationId: string): Promise<ApplicationDetail> {
  const { organisationId } = await requireApplication(caller, applicationId, 'application.read');
  const role = caller.session.organisations.find((organisation) => organisation.id === organisationId)?.role;
  const [row, subChain, operation, invoice] = await Promise.all([
    getDb().application.findFirst({ where: { id: applicationId, organisationId }, include: applicationInclude }),
    findSubChain(caller, applicationId),
    findLifeOperation(applicationId),
    role && mayDo(role, 'billing.read') ? findApplicationInvoice({ applicationId, organisationId }) : undefined,
  ]);
  if (!row) throw applicationNotFound();
  return { application: toApplicationView(row), subChain: subChain ?? null, operation: operation ?? null, invoice: invoice ?? null };
}

/** The newest provisioning or deletion: what an application's state hangs on. Changes of what runs are shown with the sub-chain. */
export function findLifeOperation(applicationId: string): Promise<OperationView | undefined> {
  return findLatestOperation(applicationId, [provisionOperation.kind, deleteOperation.kind]);
}

/** Applications of the caller's organisations, the last changed first, 25 a page; deleted ones only when asked for. */
export async function listApplications(caller: Caller, filter: Partial<ListApplicationsInput> = {}): Promise<ApplicationPage> {
  const { search, state, page = 1 } = filter;
  const where: Prisma.ApplicationWhereInput = {
    organisationId: { in: caller.session.organisations.map((organisation) => organisation.id) },
    state: state ?? { not: 'DELETED' },
    ...(search ? matching(search) : {}),
  };
  const [total, rows] = await Promise.all([
    getDb().application.count({ where }),
    getDb().application.findMany({
      where,
      include: applicationInclude,
      // Contracts are large and no list shows them.
      omit: { contractPackage: true },
      orderBy: [{ updatedAt: 'desc' }, { id: 'desc' }],
      skip: (page - 1) * pageSize,
      take: pageSize,
    }),
  ]);
  return { applications: rows.map(toSummary), total, page, pageSize };
}

export function toSummary(row: Omit<Parameters<typeof toApplicationView>[0], 'contractPackage'>): ApplicationSummary {
  const { contractPackage: _contract, draft: _draft, description: _description, ...summary } = toApplicationView({ ...row, contractPackage: null });
  return summary;
}

/** By name, sub-chain's name or id. */
export function matching(search: string): Prisma.ApplicationWhereInput {
  return {
    OR: [{ name: containing(search) }, { subChain: { slug: containing(search) } }, { id: search }],
  };
}

/** The text as typed, in either case: `contains` becomes LIKE, in which % and _ would stand for anything. */
export function containing(search: string): { contains: string; mode: 'insensitive' } {
  return { contains: search.replaceAll(/[\\%_]/g, String.raw`\$&`), mode: 'insensitive' };
}
