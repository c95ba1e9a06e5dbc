import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEthereumjsEvm } from './ethereumjs-evm';
import type { Evm, EvmResult } from './evm';
import { MapState } from './map-state';
import { emptyTrieRoot } from './trie/trie';

/**
 * Whatever a contract does is a result. An exception out of an execution stops the peer, so none may be reachable by
 * choosing code or data.
 */
const target = new Uint8Array(20).fill(0xbb);
const sender = new Uint8Array(20).fill(0xaa);
let evm: Evm;
beforeAll(async () => {
  evm = await createEthereumjsEvm({ yieldTurn: async () => {} });
});

async function run(code: Uint8Array, data: Uint8Array, fields: { to?: Uint8Array; gasLimit?: bigint } = { to: target }): Promise<EvmResult> {
  const state = new MapState();
  const session = await evm.open({
    chainId: 1n,
    state,
    block: { number: 9n, timestamp: 1n, coinbase: new Uint8Array(20), gasLimit: 30_000_000n, baseFee: 0n, prevRandao: new Uint8Array(32), blockHash: () => undefined },
  });
  try {
    await session.put(sender, { balance: 10n ** 18n });
    await session.put(target, { code, balance: 10n ** 9n });
    const result = await session.execute({ from: sender, to: fields.to, gasLimit: fields.gasLimit ?? 300_000n, gasPrice: 1n, value: 3n, data, accessList: [] });
    state.apply(session.commit(emptyTrieRoot(evm.crypto.keccak256)).writes);
    return result;
  } finally {
    session.close();
  }
}

/** Bytes that are likelier to be code: small pushes, calls, creations, copies, jumps. */
const opcode = fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0x35, 0x36, 0x37, 0x39, 0x3c, 0x3e, 0x52, 0x55, 0x56, 0x57, 0x5b, 0x5e, 0x60, 0x60, 0x60, 0x80, 0x90, 0xa1, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xfa, 0xfd, 0xff));
const code = fc.array(opcode, { maxLength: 120 }).map((bytes) => Uint8Array.from(bytes));

function expectResult(result: EvmResult, gasLimit: bigint): void {
  expect(result.gasUsed).toBeGreaterThanOrEqual(21_000n);
  expect(result.gasUsed).toBeLessThanOrEqual(gasLimit);
  expect(result.gasUsedMax).toBeGreaterThanOrEqual(result.gasUsed);
  if (result.failure !== undefined) expect(result.logs).toEqual([]);
}

describe('hostile code', () => {
  it('of any kind ends in a result within its gas', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(code, fc.uint8Array({ maxLength: 64 }), async (bytes, data) => {
        expectResult(await run(bytes, data), 300_000n);
      }),
      { numRuns: 600 },
    );
  });

  it('as creation code ends in a result', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(code, async (bytes) => {
        expectResult(await run(new Uint8Array(0), bytes, { gasLimit: 300_000n }), 300_000n);
      }),
      { numRuns: 300 },
    );
  });

  it('cannot reach an exception through a precompile, with any input of any length', { timeout: 120_000 }, async () => {
    const address = fc.integer({ min: 1, max: 0x12 }).map((last) => Uint8Array.from([...new Uint8Array(19), last]));
    const length = fc.constantFrom(0, 1, 31, 32, 64, 96, 128, 160, 192, 213, 256, 288, 384, 512, 1_000);
    const input = length.chain((bytes) => fc.oneof(fc.uint8Array({ minLength: bytes, maxLength: bytes }), fc.array(fc.constantFrom(0, 0, 0, 1, 0xff), { minLength: bytes, maxLength: bytes }).map((values) => Uint8Array.from(values))));
    await fc.assert(
      fc.asyncProperty(address, input, async (to, data) => {
        expectResult(await run(new Uint8Array(0), data, { to, gasLimit: 700_000n }), 700_000n);
      }),
      { numRuns: 600 },
    );
  });

  it.each([
    ['modexp with a base of 2^255 bytes', 5, `80${'00'.repeat(31)}${'00'.repeat(31)}01${'00'.repeat(31)}01`],
    ['modexp with an exponent of 2^64 bytes', 5, `${'00'.repeat(31)}01${'00'.repeat(23)}01${'00'.repeat(8)}${'00'.repeat(31)}01`],
    ['modexp of nothing', 5, '00'.repeat(96)],
    ['BLAKE2 with a final flag of 2', 9, `00000001${'00'.repeat(208)}02`],
    ['a curve point that is not on the curve', 6, '01'.repeat(128)],
    ['a pairing of half a pair', 8, '00'.repeat(100)],
  ])('%s ends in a result', async (_name, last, data) => {
    const to = Uint8Array.from([...new Uint8Array(19), last]);
    expectResult(await run(new Uint8Array(0), new Uint8Array(Buffer.from(data, 'hex')), { to, gasLimit: 2_000_000n }), 2_000_000n);
  });

  it('that calls itself to the depth limit ends in a result', async () => {
    // CALL(gas, self, 0, 0, 0, 0, 0): 63 of 64 parts of the gas each time.
    const recursive = Uint8Array.from([0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x30, 0x5a, 0xf1, 0x00]);
    expectResult(await run(recursive, new Uint8Array(0), { to: target, gasLimit: 30_000_000n }), 30_000_000n);
  });
});
