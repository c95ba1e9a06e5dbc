import { describe, expect, it } from 'vitest';
import { AssertionError } from '@/lib/platform/pure/assert';
import { TransactionRefused } from '../../core/framework';
import { decodeError, encodeError } from './wire-error';

describe('an error that crosses threads', () => {
  it.each([
    ['a plain one', new Error('no')],
    ['a broken invariant', new AssertionError('never')],
    ['a refusal', new TransactionRefused('nonce-too-low', 'nonce too low', { next: '4' })],
    ['one with its origin', new Error('block 3', { cause: new TransactionRefused('malformed', 'rlp') })],
  ])('stays what it was: %s', (_name, error) => {
    const there = decodeError(structuredClone(encodeError(error)));
    expect(there).toEqual(error);
    expect(there).toBeInstanceOf(error.constructor);
    expect(there.stack).toBe(error.stack);
  });

  it('carries the words of what is thrown and no error', () => {
    expect(decodeError(encodeError('just text')).message).toBe('just text');
  });
});
