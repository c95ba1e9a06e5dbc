import { describe, expect, it } from 'vitest';
import { checkChains, type ChainCopy, type CopiedBlock } from './check-chains';

const block = (height: number, change: Partial<CopiedBlock> = {}): CopiedBlock => ({
  height,
  hash: `eth${height}`,
  engineHash: `h${height}`,
  previousHash: `h${height - 1}`,
  transactions: [`t${height}`],
  ...change,
});
const copy = (peer: string, length: number, changes: Record<number, Partial<CopiedBlock>> = {}): ChainCopy => ({ peer, blocks: Array.from({ length }, (_, height) => block(height, changes[height])) });
const rulesOf = (...copies: ChainCopy[]) => [...new Set(checkChains(copies).violations.map(({ rule }) => rule))];

describe('four copies of one chain', () => {
  it('are right when they are the same, and give the chain', () => {
    const copies = ['P', 'Q', 'R', 'S'].map((peer) => copy(peer, 5));
    expect(checkChains(copies)).toEqual({ violations: [], chain: copies[0]?.blocks });
  });

  it('are wrong when one is on another branch; what they share is given', () => {
    const forked = copy('Q', 5, { 3: { engineHash: 'x3' }, 4: { engineHash: 'x4', previousHash: 'x3' } });
    const { violations, chain } = checkChains([copy('P', 5), forked]);
    expect(violations.map(({ rule }) => rule)).toEqual(['fork']);
    expect(violations[0]?.message).toBe('block 3 is h3 at P and x3 at Q');
    expect(chain).toHaveLength(3);
  });

  it('are wrong when clients see another block under the same name', () => {
    expect(rulesOf(copy('P', 3), copy('Q', 3, { 2: { hash: 'other' } }))).toEqual(['fork']);
    expect(rulesOf(copy('P', 3), copy('Q', 3, { 2: { transactions: ['t2', 'x'] } }))).toEqual(['content']);
  });

  it('are wrong when one stays behind, lacks a block or does not hang together', () => {
    expect(rulesOf(copy('P', 5), copy('Q', 4))).toEqual(['behind']);
    expect(rulesOf({ peer: 'P', blocks: [block(0), block(2)] })).toContain('gap');
    expect(rulesOf(copy('P', 3, { 2: { previousHash: 'x' } }))).toEqual(['link']);
  });

  it('show a fork behind any number of other faults', () => {
    const uncertified = Object.fromEntries(Array.from({ length: 500 }, (_, height) => [height, { certificateFault: 'none' }]));
    const rules = checkChains([copy('P', 500, uncertified), copy('Q', 500, { ...uncertified, 400: { engineHash: 'x' } })]).violations.map(({ rule }) => rule);
    expect(rules).toContain('fork');
    expect(rules.length).toBeLessThan(100);
  });

  it('are wrong when a block is not certified', () => {
    expect(rulesOf(copy('P', 3), copy('Q', 3, { 1: { certificateFault: 'two signatures where three are needed' } }))).toEqual(['certificate']);
  });
});
