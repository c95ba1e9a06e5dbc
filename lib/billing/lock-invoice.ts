import { AppError, type Tx } from '@/lib/platform';

/**
 * Locks an invoice until the transaction ends and reads it. Everything that moves money locks the invoice first and
 * the application after it, so that two of them never wait for each other. Absent or another organisation's:
 * NOT_FOUND.
 */
export async function lockInvoice(tx: Tx, where: { id: string; organisationId?: string | undefined }) {
  await tx.$queryRaw`SELECT 1 FROM "Invoice" WHERE id = ${where.id} FOR UPDATE`;
  const invoice = await tx.invoice.findFirst({
    where: { id: where.id, ...(where.organisationId === undefined ? {} : { organisationId: where.organisationId }) },
    include: { payments: { orderBy: { createdAt: 'asc' } } },
  });
  if (!invoice) throw new AppError('NOT_FOUND', { subject: 'invoice' }, { publicMessage: 'There is no such invoice.' });
  return invoice;
}
