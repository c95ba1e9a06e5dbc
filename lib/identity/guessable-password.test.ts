import { describe, expect, it } from 'vitest';
import { guessableBecause } from './guessable-password';

const context = { email: 'lin.wei@ningboport.example', names: ['Lin Wei', 'Ningbo Port Logistics'] };

describe('guessableBecause', () => {
  it.each([
    'aaaaaaaaaaaa',
    'abababababab',
    'abcabcabcabcabc',
    'passwordpassword',
    'Password123456',
    'P@ssw0rd1234!',
    'qwertyuiop123',
    '123456789012',
    'abcdefghijkl',
    'Welcome2026!!',
    'iloveyou2024!',
    'Chainworks2026',
    'chainworks123!',
    'AdminAdmin123',
    '1qaz2wsx3edc',
    'correcthorsebatterystaple',
    'SummerWinter1999',
    'letmein letmein',
  ])('refuses %s, which stands in lists of leaked passwords or is built like those', (password) => {
    expect(guessableBecause(password)).toBeTypeOf('string');
  });

  it.each(['lin.wei.2026', 'NingboPort2026', 'ningbo-port-lin', 'LogisticsLinWei1'])('refuses %s, made of what the account shows', (password) => {
    expect(guessableBecause(password, context)).toMatch(/your own name/);
  });

  it.each([
    'brackish kelp 42 turbine',
    'tX9#qLm2vRz8',
    'vier blaue Kräne am Kai',
    '长江边的旧码头有四台起重机',
    'a7f3c9e1b2d4',
    'my password is a long odd sentence',
  ])('takes %s: length is what counts, no rules about kinds of characters', (password) => {
    expect(guessableBecause(password, context)).toBeUndefined();
  });

  it('ends on the longest password that may be sent', () => {
    expect(guessableBecause('x9'.repeat(64), context)).toMatch(/repeats/);
    expect(guessableBecause('aZ3$'.repeat(32), context)).toMatch(/repeats/);
    expect(guessableBecause(`${'x9q'.repeat(42)}!`, context)).toBeDefined();
  });
});
