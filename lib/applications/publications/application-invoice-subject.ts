import { recordAuditEvent } from '@/lib/audit';
import type { InvoiceSubject } from '@/lib/billing';
import { beginResume } from '@/lib/sub-chains';
import { moveApplication } from '../move-application';

/**
 * What an application's invoice pays for: its place in the queue of publications. An application that had failed and
 * was refunded has been approved already: its new payment lets the provisioning go on.
 */
export const applicationInvoiceSubject: InvoiceSubject = {
  async paid(tx, { applicationId, organisationId, invoiceId, actor }) {
    await recordAuditEvent(tx, {
      actor,
      organisationId,
      action: 'application.pay',
      subject: { type: 'application', id: applicationId },
      details: { invoiceId },
    });
    const failed = await tx.application.count({ where: { id: applicationId, organisationId, state: 'FAILED' } });
    if (failed === 1) await beginResume(tx, { applicationId, actor });
    else await moveApplication(tx, { applicationId, organisationId, move: 'pay', data: { submittedAt: new Date() } });
  },
};
