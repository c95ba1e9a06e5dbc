import { AppError, getDb, type Tx } from '@/lib/platform';
import type { InvoicePage, InvoiceView } from './client';
import { invoiceInclude, toInvoiceView } from './invoice-view';

const pageSize = 25;

/** One invoice of an organisation. @throws AppError NOT_FOUND, also for another organisation's. */
export async function getInvoice(where: { invoiceId: string; organisationId: string }): Promise<InvoiceView> {
  const invoice = await getDb().invoice.findFirst({
    where: { id: where.invoiceId, organisationId: where.organisationId },
    include: invoiceInclude,
  });
  if (!invoice) throw new AppError('NOT_FOUND', { subject: 'invoice' }, { publicMessage: 'There is no such invoice.' });
  return toInvoiceView(invoice);
}

/** Invoices of an organisation, newest first, 25 a page (first page: 1). */
export async function listInvoices(where: { organisationId: string; page?: number }): Promise<InvoicePage> {
  const { organisationId, page = 1 } = where;
  const [total, rows] = await Promise.all([
    getDb().invoice.count({ where: { organisationId } }),
    getDb().invoice.findMany({
      where: { organisationId },
      include: invoiceInclude,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      skip: (page - 1) * pageSize,
      take: pageSize,
    }),
  ]);
  return { invoices: rows.map(toInvoiceView), total, page, pageSize };
}

/** The newest invoice of an application, for its page; undefined before it was submitted. */
export async function findApplicationInvoice(where: { applicationId: string; organisationId: string }): Promise<InvoiceView | undefined> {
  const invoice = await getDb().invoice.findFirst({
    where: { applicationId: where.applicationId, organisationId: where.organisationId },
    include: invoiceInclude,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
  });
  return invoice ? toInvoiceView(invoice) : undefined;
}

/** Whether the application's year is paid, as seen by the caller's transaction. */
export async function hasPaidInvoice(tx: Tx, where: { applicationId: string; organisationId: string }): Promise<boolean> {
  return (await tx.invoice.count({ where: { ...where, state: 'PAID' } })) > 0;
}
