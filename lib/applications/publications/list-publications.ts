import type { Caller } from '@/lib/access-keys';
import { requirePortalAdmin } from '@/lib/identity';
import { getDb } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import { applicationInclude, toApplicationView } from '../application-view';
import type { ListPublicationsInput, PublicationDetail, PublicationPage, PublicationView } from '../client';
import { applicationNotFound } from '../move-application';
import { containing, findLifeOperation, matching, toSummary } from '../queries';
import { summariseContract } from './summarise-contract';

const pageSize = 25;
const publicationInclude = {
  ...applicationInclude,
  invoices: {
    where: { state: { not: 'VOID' } },
    orderBy: { createdAt: 'desc' },
    take: 1,
    select: { id: true, number: true, book: true, state: true, amountMinor: true, currency: true },
  },
} as const satisfies Prisma.ApplicationInclude;
type PublicationRow = Prisma.ApplicationGetPayload<{ include: typeof publicationInclude }>;

/** A draft that was thrown away: it was never asked for, so no admin looks at it either. */
const discardedDraft = { plan: 'STANDARD', state: 'DELETED', invoices: { none: {} } } as const satisfies Prisma.ApplicationWhereInput;

/**
 * Paid applications for the portal admin, those that wait longest first, 25 a page; without a state the queue that
 * waits for a decision. Searched by name, sub-chain, id or organisation.
 *
 * @throws AppError FORBIDDEN.
 */
export async function listPublications(caller: Caller, filter: Partial<ListPublicationsInput> = {}): Promise<PublicationPage> {
  requirePortalAdmin(caller.session);
  const { search, state = 'SUBMITTED', page = 1 } = filter;
  const where: Prisma.ApplicationWhereInput = {
    plan: 'STANDARD',
    state,
    NOT: discardedDraft,
    ...(search ? { OR: [matching(search), { organisation: { name: containing(search) } }] } : {}),
  };
  const [total, rows] = await Promise.all([
    getDb().application.count({ where }),
    getDb().application.findMany({
      where,
      include: publicationInclude,
      orderBy: [{ submittedAt: { sort: state === 'SUBMITTED' ? 'asc' : 'desc', nulls: 'last' } }, { id: 'asc' }],
      skip: (page - 1) * pageSize,
      take: pageSize,
    }),
  ]);
  return { publications: await toPublicationViews(rows), total, page, pageSize };
}

/** One publication for the portal admin. @throws AppError FORBIDDEN; NOT_FOUND, also for a draft, deleted or not. */
export async function getPublication(caller: Caller, applicationId: string): Promise<PublicationDetail> {
  requirePortalAdmin(caller.session);
  const row = await getDb().application.findFirst({ where: { id: applicationId, state: { not: 'DRAFT' }, NOT: discardedDraft }, include: publicationInclude });
  const [view] = row ? await toPublicationViews([row]) : [];
  if (!row || !view) throw applicationNotFound();
  return { ...view, application: toApplicationView(row) };
}

async function toPublicationViews(rows: PublicationRow[]): Promise<PublicationView[]> {
  const people = await getDb().user.findMany({
    where: { id: { in: rows.map((row) => row.createdById) } },
    select: { id: true, name: true, email: true },
  });
  const personOf = new Map(people.map(({ id, name, email }) => [id, { name, email }]));
  return Promise.all(
    rows.map(async (row) => {
      const [invoice] = row.invoices;
      return {
        application: { ...toSummary(row), description: row.description },
        contract: summariseContract(row.contractPackage),
        requestedBy: personOf.get(row.createdById) ?? { name: '', email: '' },
        invoice: invoice ? { ...invoice, amountMinor: Number(invoice.amountMinor) } : null,
        operation: (await findLifeOperation(row.id)) ?? null,
      };
    }),
  );
}
