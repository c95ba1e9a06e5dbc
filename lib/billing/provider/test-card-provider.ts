import type { Db } from '@/lib/platform';
import { testCards } from './test-cards';
import type { ChargeOutcome, ChargeRequest, PaymentProvider, RefundOutcome, RefundRequest } from './payment-provider';

const providerRefPrefix = 'test_';

type Verdict = { state: 'SUCCEEDED' | 'DECLINED' | 'CANCELLED'; declineCode: string | null };

/** What each number does; a number that is not here is declined, so that nobody types a real card in vain. */
const verdicts: Record<string, Verdict> = {
  [testCards.succeeds]: { state: 'SUCCEEDED', declineCode: null },
  [testCards.answerLost]: { state: 'SUCCEEDED', declineCode: null },
  [testCards.declined]: { state: 'DECLINED', declineCode: 'card_declined' },
  [testCards.insufficientFunds]: { state: 'DECLINED', declineCode: 'insufficient_funds' },
};
const otherNumber: Verdict = { state: 'DECLINED', declineCode: 'test_card_required' };

/**
 * Provider `test`: no money moves, everything else does. It keeps its own durable memory, as a real provider would,
 * so that answers lost in a crash can be asked for again.
 */
export function createTestCardProvider(db: Db): PaymentProvider {
  async function decide(idempotencyKey: string, verdict: Verdict, amountMinor: bigint, currency: string): Promise<ChargeOutcome> {
    // The first writer under a key decides; everybody else reads what was decided.
    await db.testCharge.createMany({ data: [{ idempotencyKey, ...verdict, amountMinor, currency }], skipDuplicates: true });
    return outcomeOf(await db.testCharge.findUniqueOrThrow({ where: { idempotencyKey } }));
  }

  return {
    name: 'test',
    book: 'TEST',

    async charge({ idempotencyKey, amountMinor, currency, card }: ChargeRequest): Promise<ChargeOutcome> {
      if (card.number === testCards.requestLost) return { state: 'unknown' };
      const outcome = await decide(idempotencyKey, verdicts[card.number] ?? otherNumber, amountMinor, currency);
      return card.number === testCards.answerLost ? { state: 'unknown' } : outcome;
    },

    async find(idempotencyKey: string): Promise<ChargeOutcome | undefined> {
      const row = await db.testCharge.findUnique({ where: { idempotencyKey } });
      return row ? outcomeOf(row) : undefined;
    },

    cancel(idempotencyKey: string): Promise<ChargeOutcome> {
      return decide(idempotencyKey, { state: 'CANCELLED', declineCode: 'not_received' }, 0n, 'USD');
    },

    async refund({ providerRef, amountMinor, currency }: RefundRequest): Promise<RefundOutcome> {
      const idempotencyKey = providerRef.slice(providerRefPrefix.length);
      const charge = { idempotencyKey, state: 'SUCCEEDED' as const, amountMinor, currency };
      await db.testCharge.updateMany({ where: { ...charge, refundedAt: null }, data: { refundedAt: new Date() } });
      const given = await db.testCharge.count({ where: { ...charge, NOT: { refundedAt: null } } });
      return { state: given === 1 ? 'refunded' : 'unknown' };
    },
  };
}

function outcomeOf(row: { idempotencyKey: string } & Verdict): ChargeOutcome {
  if (row.state === 'SUCCEEDED') return { state: 'succeeded', providerRef: `${providerRefPrefix}${row.idempotencyKey}` };
  return { state: 'declined', declineCode: row.declineCode ?? 'card_declined' };
}
