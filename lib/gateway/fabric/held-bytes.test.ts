import { describe, expect, it } from 'vitest';
import { HeldBytes } from './held-bytes';

describe('bytes of requests', () => {
  const given = () => {
    const cut: string[] = [];
    return { cut, held: new HeldBytes({ heldBytesPerConnectionMax: 100, heldBytesMax: 150 }, (connection) => () => cut.push(connection)) };
  };

  it('of one connection above its share end the call that brought them, and nobody else’s', () => {
    const { cut, held } = given();
    expect([held.add('a', 100), held.add('a', 1), held.add('b', 40)]).toEqual([true, false, true]);
    expect(cut).toEqual([]);
    held.giveBack('a', 1);
    held.giveBack('a', 60);
    expect(held.add('a', 60)).toBe(true);
  });

  it('of all connections above the bound cost the one that holds most', () => {
    const { cut, held } = given();
    held.add('a', 90);
    held.add('b', 50);
    expect(held.add('c', 11)).toBe(true);
    expect(cut).toEqual(['a']);
    held.giveBack('a', 90);
    expect(held.all).toBe(61);
    held.giveBack('gone', 5);
    expect(held.all).toBe(61);
  });
});
