import { beforeAll, describe, expect, it } from 'vitest';
import { hexToBytes } from '@/lib/platform/pure/bytes';
import { estimateGas, type GasEstimate } from './estimate-gas';
import { createEthereumjsEvm } from './ethereumjs-evm';
import type { Evm, EvmMessage } from './evm';
import { MapState } from './map-state';

const target = new Uint8Array(20).fill(0xbb);
const signal = new AbortController().signal;
let evm: Evm;
beforeAll(async () => {
  evm = await createEthereumjsEvm({ yieldTurn: async () => {} });
});

async function estimate(code: string, fields: Partial<EvmMessage> = {}): Promise<GasEstimate & { run(gasLimit: bigint): Promise<boolean> }> {
  const session = await evm.open({
    chainId: 1n,
    state: new MapState(),
    block: { number: 1n, timestamp: 1n, coinbase: new Uint8Array(20), gasLimit: 30_000_000n, baseFee: 0n, prevRandao: new Uint8Array(32), blockHash: () => undefined },
  });
  const message: EvmMessage = { from: new Uint8Array(20).fill(1), to: target, gasLimit: 30_000_000n, gasPrice: 0n, value: 0n, data: new Uint8Array(0), accessList: [], ...fields };
  const prepare = (): Promise<void> => session.put(target, { code: hexToBytes(code) });
  const found = await estimateGas(session, message, { signal, prepare });
  return {
    ...found,
    run: async (gasLimit) => {
      session.discard();
      await prepare();
      return (await session.execute({ ...message, gasLimit })).failure === undefined;
    },
  };
}

describe('estimateGas', () => {
  it.each([
    ['stores one word', '600160005500'],
    ['clears what it stored, for a refund', '6001600055600060005500'],
    ['demands that much gas is left: a search by what is used would fail', '62030d405a1060085700' + '5b60006000fd'],
    ['passes nearly all its gas on', '6000600060006000600073000000000000000000000000000000000000000462fffffff1'],
  ])('finds enough gas for a contract that %s, and little more than enough', async (_name, code) => {
    const { gas, run } = await estimate(code);
    expect(gas).toBeDefined();
    expect(await run(gas!)).toBe(true);
    // go-ethereum's tolerance is 1.5 %; what is 4 % less must fail.
    expect(await run((gas! * 96n) / 100n)).toBe(false);
  });

  it('gives the failure of a message that no gas can help', async () => {
    const { gas, failed } = await estimate('60006000fd');
    expect(gas).toBeUndefined();
    expect(failed?.failure).toMatchObject({ kind: 'revert' });
  });

  it('gives nothing at all when the most that may be tried is below the intrinsic cost', async () => {
    expect(await estimate('00', { gasLimit: 20_000n })).toMatchObject({ run: expect.any(Function) });
    const { gas, failed } = await estimate('00', { gasLimit: 20_000n });
    expect([gas, failed]).toEqual([undefined, undefined]);
  });

  it('never goes below the calldata floor, which the execution alone would not reach', async () => {
    const data = new Uint8Array(1_000).fill(1);
    const { gas } = await estimate('00', { data });
    expect(gas).toBeGreaterThanOrEqual(21_000n + 40_000n);
  });
});
