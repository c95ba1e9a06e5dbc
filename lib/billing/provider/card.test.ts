import { describe, expect, it } from 'vitest';
import { cardSchema, isExpired, passesLuhn } from './card';
import { testCards } from './test-cards';

const card = { number: '4242 4242 4242 4242', expiryMonth: 12, expiryYear: 2099, cvc: '123' };

describe('cardSchema', () => {
  it('takes a number as people type it, with spaces or dashes', () => {
    expect(cardSchema.parse(card).number).toBe('4242424242424242');
    expect(cardSchema.parse({ ...card, number: '4242-4242-4242-4242' }).number).toBe('4242424242424242');
  });

  it('refuses a mistyped digit before anybody is asked for money', () => {
    for (const number of ['4242424242424241', '2442424242424242', '', '42', 'abcd', '4'.repeat(40)]) {
      expect(cardSchema.safeParse({ ...card, number }).success).toBe(false);
    }
  });

  it('never repeats the number in its error', () => {
    const parsed = cardSchema.safeParse({ ...card, number: '4242424242424241', cvc: '12' });
    expect(JSON.stringify(parsed.error)).not.toContain('4242424242424241');
  });

  it('refuses an expired card at the field that says so', () => {
    const parsed = cardSchema.safeParse({ ...card, expiryYear: 2020 });
    expect(parsed.error?.issues).toMatchObject([{ path: ['expiryYear'], message: 'This card has expired.' }]);
  });

  it('refuses a security code that is not three or four digits', () => {
    for (const cvc of ['12', '12345', 'abc']) expect(cardSchema.safeParse({ ...card, cvc }).success).toBe(false);
  });
});

describe('isExpired', () => {
  it('lets a card pay on the last day of its month and not one millisecond later', () => {
    expect(isExpired(2026, 11, new Date('2026-11-30T23:59:59.999Z'))).toBe(false);
    expect(isExpired(2026, 11, new Date('2026-12-01T00:00:00.000Z'))).toBe(true);
  });

  it('ends December in the next year', () => {
    expect(isExpired(2026, 12, new Date('2026-12-31T12:00:00Z'))).toBe(false);
    expect(isExpired(2026, 12, new Date('2027-01-01T00:00:00Z'))).toBe(true);
  });
});

describe('passesLuhn', () => {
  it('accepts the worked example of ISO/IEC 7812-1 and each test card', () => {
    for (const digits of ['17893729974', ...Object.values(testCards)]) expect(passesLuhn(digits)).toBe(true);
  });

  it('notices any single wrong digit', () => {
    for (let index = 0; index < 16; index++) {
      const digits = [...testCards.succeeds];
      digits[index] = String((Number(digits[index]) + 1) % 10);
      expect(passesLuhn(digits.join(''))).toBe(false);
    }
  });
});
