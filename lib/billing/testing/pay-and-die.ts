import { getDb } from '@/lib/platform';
import { payInvoice } from '../pay-invoice';
import { createTestCardProvider } from '../provider/test-card-provider';
import { testCards } from '../provider/test-cards';
import { cardOf, recordingSubject } from './billing-fixture';

/** A process of its own that is killed the moment the provider has charged, before anything is settled. */
const [invoiceId, organisationId, userId] = process.argv.slice(2);
if (!invoiceId || !organisationId || !userId) throw new Error('usage: pay-and-die.ts <invoice> <organisation> <user>');

const provider = createTestCardProvider(getDb());
const input = { invoiceId, organisationId, card: cardOf(testCards.succeeds), actor: { kind: 'USER' as const, userId } };
await payInvoice(input, recordingSubject(), {
  ...provider,
  charge: async (request) => {
    await provider.charge(request);
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  },
});
