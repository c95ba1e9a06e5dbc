import { observeHosts } from '@/lib/city-nodes';

export async function cityNodeObserve(): Promise<void> {
  await observeHosts();
}
