import { describe, expect, it } from 'vitest';
import { Rejoin } from './rejoin';

const asked = (...answers: [number, number][]): Rejoin => {
  const rejoin = new Rejoin(Buffer.alloc(16, 1));
  for (const [sender, height] of answers) rejoin.answer(sender, height);
  return rejoin;
};

describe('a peer that lost its memory', () => {
  it('is silent up to two heights above the highest that enough others told it', () => {
    expect(asked([0, 5], [1, 7], [2, 6]).findThrough(7, 3)).toBe(9);
    expect(asked([0, 0], [1, 0], [2, 0]).findThrough(0, 3)).toBe(2);
  });

  it('waits while too few answered, and one who answers often is still one', () => {
    expect(asked([0, 5], [1, 7]).findThrough(7, 3)).toBeUndefined();
    expect(asked([0, 5], [0, 6], [0, 7], [1, 7]).findThrough(7, 3)).toBeUndefined();
    expect(asked().findThrough(7, 1)).toBeUndefined();
  });

  it('counts a height once it has its certified blocks: a lie that is too high counts for nothing', () => {
    const rejoin = asked([0, 5], [1, 7], [2, 2 ** 40]);
    expect(rejoin.findThrough(7, 3)).toBeUndefined();
    rejoin.answer(3, 6);
    expect(rejoin.findThrough(7, 3)).toBe(9);
    expect(rejoin.findThrough(6, 3)).toBeUndefined();
  });

  it('takes the highest that each of them ever said', () => {
    expect(asked([0, 7], [0, 3], [1, 4]).findThrough(7, 2)).toBe(9);
  });

  it('asks anew when the validators are others', () => {
    const rejoin = asked([0, 5], [1, 7], [2, 6]);
    rejoin.forgetAnswers();
    expect(rejoin.findThrough(7, 1)).toBeUndefined();
  });
});
