import { z } from 'zod';

/**
 * A payment card as typed. Parsed at the door, handed to the provider, then forgotten: the number is never stored
 * or logged, only its last four digits are.
 */
export const cardSchema = z
  .object({
    number: z
      .string()
      .max(32)
      .transform((text) => text.replaceAll(/[\s-]/g, ''))
      .refine((digits) => /^\d{12,19}$/.test(digits) && passesLuhn(digits), 'This is not a card number. Check the digits.'),
    expiryMonth: z.number().int().min(1).max(12),
    expiryYear: z.number().int().min(2000).max(2100),
    cvc: z.string().regex(/^\d{3,4}$/, 'The security code has three or four digits.'),
  })
  .refine((card) => !isExpired(card.expiryYear, card.expiryMonth, new Date()), {
    path: ['expiryYear'],
    error: 'This card has expired.',
  });

export type CardInput = z.input<typeof cardSchema>;
export type Card = z.output<typeof cardSchema>;

/** A card is good to the end of the month that is printed on it. */
export function isExpired(year: number, month: number, now: Date): boolean {
  return now.getTime() >= Date.UTC(year, month, 1);
}

/** Check digit of ISO/IEC 7812-1: catches a mistyped digit before anybody is asked for money. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
