import { syncAccessKeys } from '@/lib/access-keys';

export async function accessKeySyncAll(): Promise<void> {
  await syncAccessKeys();
}
