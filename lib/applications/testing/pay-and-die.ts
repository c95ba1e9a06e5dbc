import { cardSchema, createTestCardProvider, payInvoice, testCards } from '@/lib/billing';
import { findSession } from '@/lib/identity';
import { getDb } from '@/lib/platform';
import { applicationInvoiceSubject } from '../publications/application-invoice-subject';

/** A process of its own that is killed the moment the provider has charged for the application. */
const [sessionId, applicationId] = process.argv.slice(2);
const session = sessionId ? await findSession(sessionId) : undefined;
if (!session || !applicationId) throw new Error('usage: pay-and-die.ts <session> <application>');

const invoice = await getDb().invoice.findFirstOrThrow({ where: { applicationId, state: 'OPEN' } });
const provider = createTestCardProvider(getDb());
const card = cardSchema.parse({ number: testCards.succeeds, expiryMonth: 12, expiryYear: 2099, cvc: '123' });
const actor = { kind: 'USER' as const, userId: session.user.id };
await payInvoice({ invoiceId: invoice.id, organisationId: invoice.organisationId, card, actor }, applicationInvoiceSubject, {
  ...provider,
  charge: async (request) => {
    await provider.charge(request);
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  },
});
