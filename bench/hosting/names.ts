import { createHash } from 'node:crypto';
import { chainId, type ChainId } from '../../lib/ledger';

export const cityNode = 'SIN';

export function chainAt(index: number): ChainId {
  return chainId(`bench-${String(index).padStart(6, '0')}`);
}

export function networkIdAt(index: number): number {
  return 2 ** 40 + index;
}

/** Every sub-chain has a key of its own, as after publishing; derived, so that the client need not keep 100,000 of them. */
export function accessKeyAt(index: number): { readonly id: string; readonly secret: string } {
  return { id: `ck_${String(index).padStart(26, '0')}`, secret: createHash('sha256').update(`bench ${index}`).digest('base64url') };
}
