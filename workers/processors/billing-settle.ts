import { settleApplicationPayments } from '@/lib/applications';

export async function billingSettle(): Promise<void> {
  await settleApplicationPayments();
}
