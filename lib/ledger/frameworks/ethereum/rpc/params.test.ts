import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { data, quantity, word } from './hex';
import { addressParam, blockNumberParam, blockParam, dataParam, hashParam, parseParams, quantityParam, slotParam } from './params';
import { RpcError } from './rpc-error';

const refusal = (schema: Parameters<typeof parseParams>[0][number], value: unknown): string => {
  try {
    parseParams([schema], [value]);
    return '';
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    expect(error.code).toBe(-32602);
    return error.message;
  }
};

describe('quantities and data', () => {
  it('are read as they are written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.uint8Array({ maxLength: 100 }), (value, bytes) => {
        expect(parseParams([quantityParam], [quantity(value)])).toEqual([value]);
        expect(parseParams([dataParam], [data(bytes)])).toEqual([bytes]);
      }),
    );
    expect([quantity(0), quantity(0n), data(new Uint8Array(0)), word(Uint8Array.of(1))]).toEqual(['0x0', '0x0', '0x', `0x${'0'.repeat(63)}1`]);
  });

  it.each([
    [quantityParam, '0x'],
    [quantityParam, '0x00'],
    [quantityParam, '10'],
    [quantityParam, 10],
    [quantityParam, '-0x1'],
    [quantityParam, `0x1${'0'.repeat(64)}`],
    [dataParam, '0x1'],
    [dataParam, '0xgg'],
    [dataParam, 'abcd'],
    [dataParam, `0x${'00'.repeat(128 * 1024 + 1)}`],
    [addressParam, `0x${'1'.repeat(39)}`],
    [addressParam, `0x${'1'.repeat(41)}`],
    [hashParam, `0x${'1'.repeat(63)}`],
    [slotParam, '0x'],
    [slotParam, `0x${'1'.repeat(65)}`],
    [blockNumberParam, 'LATEST'],
    [blockNumberParam, 7],
    [blockNumberParam, `0x${'f'.repeat(20)}`],
    [blockParam, {}],
    [blockParam, { blockHash: '0x12' }],
  ])('refuse %#: %s', (schema, value) => {
    expect(refusal(schema, value)).toMatch(/^invalid argument 0: /);
  });

  it('take addresses and hashes in any case, and slots of any width', () => {
    expect(parseParams([addressParam], [`0x${'aB'.repeat(20)}`])[0]).toEqual(new Uint8Array(20).fill(0xab));
    expect(parseParams([slotParam], ['0x7'])[0]).toEqual(Uint8Array.from([...new Uint8Array(31), 7]));
  });
});

describe('parseParams', () => {
  it('names the argument that is missing, wrong or too much', () => {
    expect(() => parseParams([addressParam, quantityParam], [`0x${'11'.repeat(20)}`])).toThrow('missing value for required argument 1');
    expect(() => parseParams([addressParam], [null])).toThrow('missing value for required argument 0');
    expect(() => parseParams([quantityParam, quantityParam], ['0x1', 'x'])).toThrow(/^invalid argument 1: a hexadecimal number/);
    expect(() => parseParams([], [1])).toThrow('too many arguments, want at most 0');
  });

  it('reads every way to name a block', () => {
    const read = (value: unknown): unknown => parseParams([blockParam], [value])[0];
    for (const tag of ['latest', 'pending', 'safe', 'finalized']) expect(read(tag)).toEqual({ kind: 'head' });
    expect(read('earliest')).toEqual({ kind: 'height', height: 0 });
    expect(read('0x1f')).toEqual({ kind: 'height', height: 31 });
    expect(read({ blockNumber: '0x2' })).toEqual({ kind: 'height', height: 2 });
    expect(read({ blockNumber: 'latest' })).toEqual({ kind: 'head' });
    expect(read({ blockHash: `0x${'22'.repeat(32)}`, requireCanonical: true })).toEqual({ kind: 'hash', hash: new Uint8Array(32).fill(0x22) });
  });
});
