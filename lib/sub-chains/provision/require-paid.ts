import { AppError, type Tx } from '@/lib/platform';

/**
 * Nothing of a paid plan is opened for money that was given back: a failed provisioning refunds at once, so a resume
 * has to find a new payment. @throws AppError CONFLICT
 */
export async function requirePaid(tx: Tx, applicationId: string): Promise<void> {
  const { plan } = await tx.application.findUniqueOrThrow({ where: { id: applicationId }, select: { plan: true } });
  if (plan === 'TEST') return;
  if (await tx.invoice.findFirst({ where: { applicationId, state: 'PAID' }, select: { id: true } })) return;
  throw new AppError('CONFLICT', { subject: 'invoice' }, { publicMessage: 'What was paid was given back. Publish the application again to try anew.' });
}
