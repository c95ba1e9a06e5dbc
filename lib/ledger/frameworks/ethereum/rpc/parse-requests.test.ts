import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRequests, REQUEST_LIMITS, scopeOf, type RpcRequests } from './parse-requests';

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const parse = (value: unknown): RpcRequests => parseRequests(encode(value));
const call = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [], ...fields });
/** The error of the first entry. */
const errorOf = (value: unknown): { code: number; message: string } => {
  const [entry] = parse(value).entries;
  if (entry === undefined || !('invalid' in entry) || !('error' in entry.invalid)) throw new Error('it was accepted');
  return entry.invalid.error;
};

describe('parseRequests', () => {
  it('reads a call, and says which scope it needs', () => {
    expect(parse(call())).toEqual({ isBatch: false, entries: [{ method: 'eth_chainId', params: [], scope: 'read', id: 1 }] });
    expect(parse(call({ method: 'eth_sendRawTransaction', params: ['0x'] })).entries[0]).toMatchObject({ scope: 'write', params: ['0x'] });
    expect(parse(call({ method: 'eth_mine' })).entries[0]).toMatchObject({ method: 'eth_mine', scope: undefined });
  });

  it.each([1, 1.5, -3, 'abc', '', null])('keeps the id %j as it came', (id) => {
    expect(parse(call({ id })).entries[0]).toMatchObject({ id });
  });

  it('takes a call without id for a notification, and params that are left out for none', () => {
    const { id: _id, params: _params, ...bare } = call();
    expect(parse(bare).entries).toEqual([{ method: 'eth_chainId', params: [], scope: 'read' }]);
    expect(parse(call({ params: null })).entries[0]).toMatchObject({ params: [] });
  });

  it.each([
    ['no JSON', '{"jsonrpc":', -32700],
    ['nothing', '', -32700],
    ['bytes that are no text', Uint8Array.of(0xff, 0xfe), -32700],
  ])('answers %s with a parse error', (_name, body, code) => {
    const [entry] = (body instanceof Uint8Array ? parseRequests(body) : parse(body)).entries;
    expect(entry).toMatchObject({ invalid: { jsonrpc: '2.0', id: null, error: { code } } });
  });

  it.each([
    ['a number', 5, /invalid request/],
    ['null', 'null', /invalid request/],
    ['another version', call({ jsonrpc: '1.0' }), /jsonrpc must be '2.0'/],
    ['no version', { id: 1, method: 'eth_chainId' }, /jsonrpc/],
    ['no method', { jsonrpc: '2.0', id: 1 }, /method must be a string/],
    ['a method that is a number', call({ method: 7 }), /method must be a string/],
    ['a method without a name', call({ method: '' }), /invalid request/],
    ['a method with a very long name', call({ method: 'x'.repeat(129) }), /128 characters/],
    ['params by name', call({ params: { to: '0x' } }), /params must be a list/],
    ['an id that is an object', call({ id: {} }), /id must be/],
    ['an empty batch', [], /empty batch/],
  ])('answers %s with an invalid request', (_name, body, message) => {
    expect(errorOf(body)).toMatchObject({ code: -32600, message: expect.stringMatching(message) });
  });

  it('gives the id of a broken request back where it can be told', () => {
    const [entry] = parse(call({ method: 7, id: 'x' })).entries;
    expect(entry).toMatchObject({ invalid: { id: 'x' } });
  });

  it('answers what is wrong in a batch in its place and takes the rest', () => {
    const { isBatch, entries } = parse([call(), 1, call({ id: 2 })]);
    expect(isBatch).toBe(true);
    expect(entries.map((entry) => 'invalid' in entry)).toEqual([false, true, false]);
  });

  it('limits batches and bodies', () => {
    expect(parse(Array.from({ length: 100 }, () => call())).entries).toHaveLength(100);
    expect(errorOf(Array.from({ length: 101 }, () => call()))).toMatchObject({ code: -32600, message: 'batch of 101 requests is too large: at most 100' });
    const large = parseRequests(new Uint8Array(REQUEST_LIMITS.bodyBytesMax + 1));
    expect(large.entries[0]).toMatchObject({ invalid: { error: { code: -32600, message: expect.stringMatching(/too large/) } } });
    expect(parseRequests(encode(call()), { bodyBytesMax: 10, batchMax: 1 }).entries[0]).toHaveProperty('invalid');
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.jsonValue().map(encode)), (body) => {
        const { entries } = parseRequests(body);
        expect(entries.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe('scopeOf', () => {
  it('lets only one method write', () => {
    expect(scopeOf('eth_sendRawTransaction')).toBe('write');
    for (const method of ['eth_call', 'eth_getLogs', 'eth_estimateGas', 'web3_clientVersion', 'net_version']) expect(scopeOf(method)).toBe('read');
    for (const method of ['eth_sendTransaction', 'eth_subscribe', 'debug_traceTransaction', 'constructor', '__proto__', 'toString']) expect(scopeOf(method)).toBeUndefined();
  });
});
