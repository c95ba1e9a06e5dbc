import { collectMeters } from '@/lib/metering';

export async function meteringCollect(): Promise<void> {
  await collectMeters();
}
