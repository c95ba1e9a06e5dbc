import { expect, it } from 'vitest';
import { portRangeSchema } from './join-config';

it.each([
  [{ first: 7_060, last: 7_060 }, true],
  [{ first: 7_060, last: 7_315 }, true],
  [{ first: 7_060, last: 7_316 }, false],
  [{ first: 7_061, last: 7_060 }, false],
  [{ first: 0, last: 10 }, false],
  [{ first: 65_530, last: 65_536 }, false],
])('a range of ports is one that may be listened on, and not so long that trying it takes for ever: %j', (range, isGood) => {
  expect(portRangeSchema.safeParse(range).success).toBe(isGood);
});
