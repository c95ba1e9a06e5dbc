import { describe, expect, it } from 'vitest';
import { LedgerError, TransactionRefused } from '@/lib/ledger';
import { decodeError, encodeError } from './wire-error';

const cross = (error: unknown) => decodeError(structuredClone(encodeError(error)));

describe('an error that comes from another process', () => {
  it('is the machine’s again, with code, details and cause', () => {
    const error = cross(new LedgerError('queue-full', { chain: 'tide-1', retryAfterMs: 250 }, 'full', { cause: new Error('because') }));
    expect(error).toBeInstanceOf(LedgerError);
    expect(error).toMatchObject({ code: 'queue-full', details: { retryAfterMs: 250 }, message: 'full', cause: { message: 'because' } });
    const refused = cross(new TransactionRefused('nonce-too-low', 'nonce too low', { next: '4' }));
    expect(refused).toBeInstanceOf(TransactionRefused);
    expect(refused).toMatchObject({ code: 'nonce-too-low', details: { next: '4' } });
  });

  it('of a framework’s protocol keeps its name, code and data', () => {
    const rpc = Object.assign(new Error('execution reverted'), { name: 'RpcError', code: 3, data: '0x08c379a0' });
    expect(cross(rpc)).toMatchObject({ name: 'RpcError', code: 3, data: '0x08c379a0', message: 'execution reverted' });
  });

  it('brings no stack of the other process, no endless causes, and is an error whatever was thrown', () => {
    let error = new Error('innermost');
    for (let depth = 0; depth < 20; depth += 1) error = new Error(`${depth}`, { cause: error });
    const crossed = encodeError(error);
    expect(JSON.stringify(crossed)).not.toContain('.test.ts');
    expect(JSON.stringify(crossed).split('"cause"').length - 1).toBe(4);
    expect(cross('a word')).toMatchObject({ message: 'a word' });
  });
});
