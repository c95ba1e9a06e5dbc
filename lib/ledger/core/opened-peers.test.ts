import { describe, expect, it } from 'vitest';
import { OpenedPeers } from './opened-peers';
import { chainId } from './types';

const [one, two, three] = [chainId('one-1'), chainId('two-2'), chainId('three-3')];

describe('opened peers', () => {
  it('are offered for closing after a whole period without use, and not before', () => {
    const peers = new OpenedPeers<string>();
    peers.add(one, 'one');
    expect(peers.turn(() => true)).toEqual([]);
    peers.add(two, 'two');
    expect(peers.use(one)).toBe('one');
    expect(peers.turn(() => true)).toEqual([]);
    expect(peers.peek(one)).toBe('one');
    expect(peers.use(two)).toBe('two');
    expect(peers.turn(() => true)).toEqual(['one']);
    expect([peers.peek(one), peers.use(two), peers.size]).toEqual([undefined, 'two', 1]);
  });

  it('stay as long as they may not be closed', () => {
    const peers = new OpenedPeers<string>();
    for (const chain of [one, two, three]) peers.add(chain, chain);
    peers.turn(() => true);
    expect(peers.turn((chain) => chain !== two)).toEqual([one, three]);
    expect(peers.turn(() => false)).toEqual([]);
    expect([...peers.values()]).toEqual([two]);
    expect(peers.turn(() => true)).toEqual([two]);
    expect(peers.size).toBe(0);
  });

  it('are gone when they are deleted, in whichever generation they are', () => {
    const peers = new OpenedPeers<string>();
    peers.add(one, 'one');
    peers.turn(() => true);
    peers.add(two, 'two');
    peers.delete(one);
    peers.delete(two);
    expect([peers.size, peers.peek(one), peers.use(two)]).toEqual([0, undefined, undefined]);
  });
});
