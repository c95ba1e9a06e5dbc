import { describe, expect, it } from 'vitest';
import { createId, isId, timeOfId } from './ids';

describe('createId', () => {
  it('says by its prefix what it names, and is recognised as that alone', () => {
    const id = createId('operation');
    expect(id).toMatch(/^op_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(isId('operation', id)).toBe(true);
    expect(isId('user', id)).toBe(false);
    expect(isId('operation', `${id}'--`)).toBe(false);
  });

  it('sorts as text in the order of time', () => {
    const times = [0, 1, 31, 32, 1_000, 1_700_000_000_000, 1_700_000_000_001, 2 ** 47];
    const ids = times.map((time) => createId('user', time));
    expect([...ids].sort()).toEqual(ids);
  });

  it('does not repeat within one millisecond', () => {
    const ids = new Set(Array.from({ length: 10_000 }, () => createId('user', 1_700_000_000_000)));
    expect(ids.size).toBe(10_000);
  });
});

describe('timeOfId', () => {
  it('gives back the millisecond in which an id was made, and nothing for other texts', () => {
    for (const time of [0, 1, 1_700_000_000_001, 2 ** 47]) expect(timeOfId(createId('user', time))).toBe(time);
    for (const text of ['', 'usr_', 'usr_short', `${createId('user')}x`, 'usr_' + 'u'.repeat(26)]) expect(timeOfId(text)).toBeUndefined();
  });
});
