import { expect, it } from 'vitest';
import { spread } from './spreading-sequencer';

const named = (name: string, ...times: number[]) => times.map((ms) => ({ name, ms }));
const order = (...lists: [ReturnType<typeof named>, ReturnType<typeof named>]) => spread(...lists).map(({ name, ms }) => `${name}${ms}`);

it('no file is left out, and neither kind is left over at the end', () => {
  expect(order(named('a', 5, 4, 3, 2), named('b', 5, 4, 3, 2))).toEqual(['a5', 'b5', 'a4', 'b4', 'a3', 'b3', 'a2', 'b2']);
  expect(order(named('a', 90, 10), named('b', 3, 3, 3))).toEqual(['a90', 'b3', 'b3', 'b3', 'a10']);
  expect(order(named('a', 2, 2), named('b', 40, 30, 20, 10))).toEqual(['a2', 'b40', 'b30', 'a2', 'b20', 'b10']);
});

it('one kind alone keeps its order, and nothing is made of nothing', () => {
  expect(order(named('a', 3, 2), [])).toEqual(['a3', 'a2']);
  expect(order([], named('b', 3, 2))).toEqual(['b3', 'b2']);
  expect(order([], [])).toEqual([]);
});
