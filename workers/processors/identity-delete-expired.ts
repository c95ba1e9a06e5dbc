import { deleteExpiredRows } from '@/lib/identity';

export async function identityDeleteExpired(): Promise<void> {
  await deleteExpiredRows();
}
