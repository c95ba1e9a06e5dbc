import { describe, expect, it } from 'vitest';
import type { LedgerHost } from '@/lib/ledger';
import { lagOf } from './problem-of';

const status = { chain: 'tide-1', state: 'running', orders: false, publicKey: new Uint8Array(1), height: 6, announcedHeight: 9, queued: 0, refusedBlocks: 3, lastRefusal: 'block 7 is 5000 ms ahead of this clock' } as ReturnType<LedgerHost['peerStatus']>;

describe('lagOf', () => {
  it('says why a running peer falls behind', () => {
    expect(lagOf(status)).toBe('It is behind, at block 6 of 9, and refuses the next one: block 7 is 5000 ms ahead of this clock.');
  });

  it.each([
    ['has all that it was told of', { announcedHeight: 6 }],
    ['is stopped, for which there is another reason', { state: 'stopped' as const }],
  ])('says nothing of a peer that %s', (_, change) => expect(lagOf({ ...status, ...change })).toBeUndefined());

  it('says nothing of a peer that is behind and takes the blocks it gets', () => {
    const { lastRefusal, ...taking } = status;
    expect([lastRefusal, lagOf(taking)]).toEqual([expect.any(String), undefined]);
  });
});
