import { describe, expect, it } from 'vitest';
import { formatError, formatResult, parseRpcBody, rpcCodes } from './json-rpc';

const parse = (text: string | Buffer) => parseRpcBody(Buffer.from(text), { batchMax: 3 });
const call = (change: object = {}) => ({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [], ...change });

describe('parseRpcBody', () => {
  it('reads a single call and a batch', () => {
    expect(parse(JSON.stringify(call()))).toEqual({ kind: 'single', entry: { call: { id: 1, method: 'eth_chainId', params: [] } } });
    expect(parse(JSON.stringify([call(), call({ id: 'x', params: undefined })]))).toEqual({
      kind: 'batch',
      entries: [{ call: { id: 1, method: 'eth_chainId', params: [] } }, { call: { id: 'x', method: 'eth_chainId', params: [] } }],
    });
  });

  it('takes a call without id as a notification, which null is not', () => {
    expect(parse(JSON.stringify(call({ id: undefined })))).toEqual({ kind: 'single', entry: { call: { method: 'eth_chainId', params: [] } } });
    expect(parse(JSON.stringify(call({ id: null })))).toMatchObject({ entry: { call: { id: null } } });
  });

  it.each([
    ['nothing', ''],
    ['half an object', '{"jsonrpc":"2.0"'],
    ['two objects', '{}{}'],
    ['deep nesting', '['.repeat(1_000_000)],
  ])('answers %s with a parse error that does not quote the body', (_, text) => {
    expect(parse(text)).toEqual({ kind: 'error', status: 400, error: { code: rpcCodes.parse, message: 'The body is not JSON.' } });
  });

  it('answers bytes that are no UTF-8 with a parse error', () => {
    expect(parse(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ kind: 'error', status: 400 });
  });

  it.each([
    ['a string', '"eth_chainId"'],
    ['null', 'null'],
    ['an empty batch', '[]'],
    ['no version', JSON.stringify({ id: null, method: 'a' })],
    ['an id that is an object', JSON.stringify(call({ id: {} }))],
    ['an id that is too long', JSON.stringify(call({ id: 'x'.repeat(257) }))],
  ])('refuses %s', (_, text) => {
    expect(parse(text)).toMatchObject({ kind: 'error', status: 400, error: { code: rpcCodes.invalidRequest } });
  });

  it.each([
    ['another version', call({ jsonrpc: '1.0' })],
    ['a method that is a number', call({ method: 5 })],
    ['an empty method', call({ method: '' })],
    ['an endless method', call({ method: 'x'.repeat(129) })],
    ['params that are text', call({ params: 'x' })],
  ])('refuses %s and gives the id back', (_, body) => {
    expect(parse(JSON.stringify(body))).toMatchObject({ kind: 'single', entry: { id: 1, error: { code: rpcCodes.invalidRequest } } });
    expect(parse(JSON.stringify([call(), body]))).toMatchObject({ kind: 'batch', entries: [{ call: { id: 1 } }, { id: 1, error: { code: rpcCodes.invalidRequest } }] });
  });

  it('refuses a batch above the limit as a whole', () => {
    expect(parse(JSON.stringify([call(), call(), call()]))).toMatchObject({ kind: 'batch' });
    expect(parse(JSON.stringify([call(), call(), call(), call()]))).toMatchObject({ kind: 'error', status: 413 });
  });

  it('is not misled by __proto__', () => {
    expect(parse('{"__proto__":{"jsonrpc":"2.0","method":"a"}}')).toMatchObject({ kind: 'error' });
  });
});

describe('answers', () => {
  it('are JSON-RPC 2.0 also for no result, and escape what the client chose', () => {
    expect(JSON.parse(formatResult('a"b', undefined))).toEqual({ jsonrpc: '2.0', id: 'a"b', result: null });
    expect(JSON.parse(formatError(null, { code: 3, message: '"', data: '0x' }))).toEqual({ jsonrpc: '2.0', id: null, error: { code: 3, message: '"', data: '0x' } });
  });
});
