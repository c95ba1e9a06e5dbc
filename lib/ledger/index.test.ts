import { describe, expect, it } from 'vitest';
import { LedgerError, isLedgerError } from './index';
import * as door from './index';

describe('the machine’s door', () => {
  it('hands out neither tests’ fakes nor what is inside', () => {
    const names = Object.keys(door);
    for (const inside of ['createMemoryStorage', 'createLedgerHost', 'counterFramework', 'createManualPorts', 'openDiskStorage', 'createEmbeddedOrdering', 'openSigner']) expect(names).not.toContain(inside);
    for (const wanted of ['openLedgerHost', 'createInProcessNetwork', 'createQueueBudget', 'openSecretFiles', 'nodeFiles', 'lockDirectory', 'chainId', 'TransactionRefused']) expect(names).toContain(wanted);
  });
});

describe('errors of the machine', () => {
  it('are known by code, also when they come from another copy of the program', () => {
    const error = new LedgerError('queue-full', { chain: 'tide-4417', retryAfterMs: 500 }, 'Too many.', { cause: new Error('inside') });
    expect(isLedgerError(error, 'queue-full')).toBe(true);
    expect(isLedgerError(error, 'closing')).toBe(false);
    expect(isLedgerError(Object.assign(new Error('x'), { name: 'LedgerError', code: 'closing' }), 'closing')).toBe(true);
    for (const other of [new Error('queue-full'), { name: 'LedgerError', code: 'queue-full' }, undefined, 'queue-full']) expect(isLedgerError(other, 'queue-full')).toBe(false);
    expect([error.message, error.details, error.cause]).toEqual(['Too many.', { chain: 'tide-4417', retryAfterMs: 500 }, new Error('inside')]);
  });
});
