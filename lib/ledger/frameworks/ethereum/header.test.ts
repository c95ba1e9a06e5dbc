import { createBlockHeaderFromRLP } from '@ethereumjs/block';
import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { encodeReceipt } from '@ethereumjs/vm';
import { TransactionType } from '@ethereumjs/tx';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEvmCrypto, type EvmCrypto } from '../../vm/evm';
import { bloomOf } from './bloom';
import { decodeEthereumHeader, encodeEthereumHeader, type EthereumHeader } from './header';
import { decodeStoredReceipts, encodeConsensusReceipt, encodeStoredReceipts, type Receipt } from './receipt';

let crypto: EvmCrypto;
beforeAll(async () => {
  crypto = await loadEvmCrypto();
});

const fixed = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const uint = fc.bigInt({ min: 0n, max: 2n ** 53n });
const header: fc.Arbitrary<EthereumHeader> = fc
  .record({
  parentHash: fixed(32),
  coinbase: fixed(20),
  stateRoot: fixed(32),
  transactionsRoot: fixed(32),
  receiptsRoot: fixed(32),
  logsBloom: fixed(256),
  number: uint,
  gasLimit: uint,
  gasUsed: uint,
  timestamp: uint,
  prevRandao: fixed(32),
}).map((value) => ({ ...value, gasLimit: value.gasLimit + value.gasUsed }));

describe('the Ethereum header', () => {
  it('is read by the library as a Prague header with the same hash', () => {
    const common = createCustomCommon({}, Mainnet, { hardfork: Hardfork.Prague });
    fc.assert(
      fc.property(header, (value) => {
        const bytes = encodeEthereumHeader(value);
        const theirs = createBlockHeaderFromRLP(bytes, { common, skipConsensusFormatValidation: true });
        expect(theirs.hash()).toEqual(crypto.keccak256(bytes));
        expect([theirs.number, theirs.gasUsed, theirs.timestamp, theirs.baseFeePerGas]).toEqual([value.number, value.gasUsed, value.timestamp, 0n]);
        expect(theirs.prevRandao).toEqual(value.prevRandao);
        expect(decodeEthereumHeader(bytes)).toEqual(value);
      }),
      { numRuns: 30 },
    );
  });

  it('of another form is not read at all', () => {
    expect(() => decodeEthereumHeader(Uint8Array.of(0xc0))).toThrow(/21 fields/);
    expect(() => decodeEthereumHeader(Uint8Array.of(1, 2))).toThrow();
  });
});

const log = fc.record({ address: fixed(20), topics: fc.array(fixed(32), { maxLength: 4 }), data: fc.uint8Array({ maxLength: 80 }) });
const receipt: fc.Arbitrary<Receipt> = fc
  .record({ type: fc.constantFrom(0 as const, 1 as const, 2 as const), succeeded: fc.boolean(), gasUsed: uint, cumulativeGasUsed: fc.bigInt({ min: 21_000n, max: 2n ** 53n }), logs: fc.array(log, { maxLength: 4 }), from: fixed(20), contractAddress: fc.option(fixed(20), { nil: undefined }) })
  .map(({ contractAddress, ...rest }) => (contractAddress === undefined ? rest : { ...rest, contractAddress }));

describe('receipts', () => {
  it('have the consensus encoding of the library, of each type', () => {
    fc.assert(
      fc.property(receipt, (value) => {
        const bloom = bloomOf(crypto.keccak256, value.logs);
        const theirs = encodeReceipt(
          { status: value.succeeded ? 1 : 0, cumulativeBlockGasUsed: value.cumulativeGasUsed, bitvector: bloom, logs: value.logs.map(({ address, topics, data }) => [address, [...topics], data]) },
          [TransactionType.Legacy, TransactionType.AccessListEIP2930, TransactionType.FeeMarketEIP1559][value.type]!,
        );
        expect(Buffer.from(encodeConsensusReceipt(value, bloom)).toString('hex')).toBe(Buffer.from(theirs).toString('hex'));
      }),
    );
  });

  it('are read back as they were stored', () => {
    fc.assert(fc.property(fc.array(receipt, { maxLength: 6 }), (receipts) => {
        expect(decodeStoredReceipts(encodeStoredReceipts(receipts))).toEqual(receipts);
      }));
  });

  it('that are not what was stored stop the reader', () => {
    expect(() => decodeStoredReceipts(Uint8Array.of(0x80))).toThrow(/list/);
    expect(() => decodeStoredReceipts(Uint8Array.of(0xc1, 0xc0))).toThrow();
  });
});
