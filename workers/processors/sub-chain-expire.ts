import { expireTestSubChains } from '@/lib/sub-chains';

export async function subChainExpire(): Promise<void> {
  await expireTestSubChains();
}
