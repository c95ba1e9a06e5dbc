import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '@/lib/platform/pure/bytes';
import { createEthereumjsEvm } from './ethereumjs-evm';
import type { Evm, EvmEnvironment, EvmMessage, EvmResult, EvmSession } from './evm';
import { MapState } from './map-state';
import { PRECOMPILE_GAS_MAX } from './precompiles';
import { emptyTrieRoot } from './trie/trie';

const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const sender = new Uint8Array(20).fill(0xaa);
const target = new Uint8Array(20).fill(0xbb);
const coinbase = new Uint8Array(20).fill(0xcc);

let evm: Evm;
beforeAll(async () => {
  evm = await createEthereumjsEvm({ yieldTurn });
});

const environment = (state = new MapState(), chainId = 5n): EvmEnvironment => ({
  chainId,
  state,
  block: { number: 300n, timestamp: 1_000n, coinbase, gasLimit: 30_000_000n, baseFee: 0n, prevRandao: new Uint8Array(32).fill(3), blockHash: (number) => (number >= 44n ? new Uint8Array(32).fill(Number(number % 256n)) : undefined) },
});

const message = (fields: Partial<EvmMessage> = {}): EvmMessage => ({ from: sender, to: target, gasLimit: 1_000_000n, gasPrice: 0n, value: 0n, data: new Uint8Array(0), accessList: [], ...fields });

/** Runs `code` (hexadecimal) as the target's and gives the result. */
async function runCode(code: string, fields: Partial<EvmMessage> = {}, signal?: AbortSignal): Promise<EvmResult> {
  const session = await evm.open(environment());
  try {
    await session.put(target, { code: hexToBytes(code) });
    return await session.execute(message(fields), signal === undefined ? {} : { signal });
  } finally {
    session.close();
  }
}

/** Code that returns the word on top of the stack. */
const RETURN_TOP = '60005260206000f3';
const wordOf = (result: EvmResult): bigint => BigInt(`0x${bytesToHex(result.output)}`);

describe('a session', () => {
  it('moves value, pays the fee to the coinbase and raises the nonce', async () => {
    const session = await evm.open(environment());
    await session.put(sender, { balance: 1_000_000n });
    const result = await session.execute(message({ value: 7n, gasPrice: 2n, gasLimit: 30_000n }));
    expect(result).toMatchObject({ gasUsed: 21_000n, logs: [] });
    expect(result.failure).toBeUndefined();
    expect(session.account(sender)).toMatchObject({ nonce: 1n, balance: 1_000_000n - 7n - 42_000n });
    expect(session.account(target).balance).toBe(7n);
    expect(session.account(coinbase).balance).toBe(42_000n);
    session.close();
  });

  it('creates a contract at the address that follows from sender and nonce', async () => {
    const session = await evm.open(environment());
    const result = await session.execute(message({ to: undefined, data: hexToBytes('600160005360016000f3') }));
    expect(result.failure).toBeUndefined();
    expect(session.hasCode(result.createdAddress!)).toBe(true);
    expect(session.account(result.createdAddress!)).toMatchObject({ nonce: 1n });
    session.close();
  });

  it('keeps the fee and the nonce of a message that fails, and nothing else', async () => {
    const session = await evm.open(environment());
    await session.put(sender, { balance: 10n ** 9n });
    await session.put(target, { code: hexToBytes('6001600055fe') });
    const before = session.account(target);
    const result = await session.execute(message({ value: 3n, gasPrice: 1n, gasLimit: 100_000n }));
    expect(result).toMatchObject({ failure: { kind: 'halt', message: 'invalid opcode' }, gasUsed: 100_000n, logs: [] });
    expect(session.account(sender)).toMatchObject({ nonce: 1n, balance: 10n ** 9n - 100_000n });
    expect(session.account(target)).toEqual(before);
    session.close();
  });

  it.each([
    ['a revert', '60006000fd', 'execution reverted'],
    ['an endless loop', '5b600056', 'out of gas'],
    ['a jump into nowhere', '600356', 'invalid jump destination'],
    ['too little on the stack', '01', 'stack underflow'],
  ])('calls %s by go-ethereum\'s words', async (_name, code, words) => {
    expect((await runCode(code)).failure?.message).toBe(words);
  });

  it('serves many chains from one interpreter without mixing them up', async () => {
    const CHAIN_ID = `46${RETURN_TOP}`;
    const ask = async (chainId: bigint): Promise<bigint> => {
      const session = await evm.open(environment(new MapState(), chainId));
      await session.put(target, { code: hexToBytes(CHAIN_ID) });
      const answer = wordOf(await session.execute(message()));
      session.close();
      return answer;
    };
    for (const chainId of [1n, 2n ** 41n, 7n]) expect(await ask(chainId)).toBe(chainId);
    expect(await Promise.all([11n, 12n, 13n, 14n, 15n, 16n].map(ask))).toEqual([11n, 12n, 13n, 14n, 15n, 16n]);
  });

  it('sees nothing of what an earlier session on the same interpreter left', async () => {
    const first = await evm.open(environment());
    await first.put(target, { balance: 5n, slots: [{ slot: new Uint8Array(32), value: Uint8Array.of(1) }] });
    first.close();
    const second = await evm.open(environment());
    expect(second.account(target)).toMatchObject({ nonce: 0n, balance: 0n });
    second.close();
  });

  it('forgets its changes on request and can be used on', async () => {
    const session = await evm.open(environment());
    await session.put(sender, { balance: 9n });
    await session.execute(message({ value: 4n }));
    session.discard();
    expect([session.account(sender), session.account(target)]).toMatchObject([{ nonce: 0n, balance: 0n }, { balance: 0n }]);
    expect(session.commit(emptyTrieRoot(evm.crypto.keccak256)).writes).toEqual([]);
    session.close();
  });

  it('gives contracts the block that they run in', async () => {
    for (const [opcode, value] of [['43', 300n], ['42', 1_000n], ['45', 30_000_000n], ['48', 0n], ['44', BigInt(`0x${'03'.repeat(32)}`)], ['41', BigInt(`0x${bytesToHex(coinbase)}`)]] as const) {
      expect(wordOf(await runCode(`${opcode}${RETURN_TOP}`)), opcode).toBe(value);
    }
    expect(wordOf(await runCode(`61012b40${RETURN_TOP}`))).toBe(BigInt(`0x${'2b'.repeat(32)}`));
    expect(wordOf(await runCode(`602b40${RETURN_TOP}`)), 'older than 256 blocks').toBe(0n);
  });

  it('refuses to be used after it was closed', async () => {
    const session = await evm.open(environment());
    session.close();
    session.close();
    await expect(session.execute(message())).rejects.toThrow(/closed/);
    expect(() => session.commit(new Uint8Array(32))).toThrow(/closed/);
  });
});

describe('a contract that takes its time', () => {
  it.each([
    ['loops', '5b600056'],
    // Calls itself with all its gas, for ever: no jump in it.
    ['recurses', '60006000600060006000305af160006000600060006000305af1'],
    ['calls a costly precompile again and again', '5b6000600060d5600060095afa50600056'],
  ])('is ended by the signal while it %s, with the signal\'s reason', async (_name, code) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new Error('time is up')), 30);
    await expect(runCode(code, { gasLimit: 30_000_000_000n }, controller.signal)).rejects.toThrow('time is up');
    clearTimeout(timer);
    // The interpreter that was interrupted is thrown away; the next session works.
    expect(wordOf(await runCode(`46${RETURN_TOP}`))).toBe(5n);
  });

  it('does not begin when the time was up before', async () => {
    await expect(runCode('5b600056', {}, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  });

  it('lets others have their turn, and the result does not depend on it', async () => {
    let turns = 0;
    const counting = await createEthereumjsEvm({
      yieldTurn: async () => {
        turns += 1;
      },
    });
    const run = async (machine: Evm): Promise<EvmResult> => {
      const session = await machine.open(environment());
      // Counts to 5,000 in memory.
      await session.put(target, { code: hexToBytes('5b600051600101806000526113881160005760206000f3') });
      const result = await session.execute(message({ gasLimit: 5_000_000n }));
      session.close();
      return result;
    };
    const [here, there] = [await run(counting), await run(evm)];
    expect(turns).toBeGreaterThan(5);
    expect(here).toEqual(there);
  });
});

describe('precompiles', () => {
  const call = async (address: string, data: string, gasLimit = 10_000_000n): Promise<EvmResult> => {
    // CALLDATACOPY to 0, STATICCALL(gas, address, 0, size, 0, 32), then return its success flag.
    const code = `3660006000376020600036600060${address}5afa${RETURN_TOP}`;
    return runCode(code, { data: hexToBytes(data), gasLimit });
  };

  it('recovers addresses with the native library', async () => {
    // Published in go-ethereum's tests: hash, v, r, s.
    const data = '18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c000000000000000000000000000000000000000000000000000000000000001c73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75feeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549';
    const code = '3660006000376020600036600060015afa5060206000f3';
    const result = await runCode(code, { data: hexToBytes(data) });
    expect(bytesToHex(result.output)).toBe('000000000000000000000000a94f5374fce5edbc8e2a8697c15331677e6ebf0b');
  });

  it('fails point evaluation like a wrong proof instead of stopping the peer: there are no blobs', async () => {
    expect(wordOf(await call('0a', '00'.repeat(192)))).toBe(0n);
  });

  it('fails a single call that would hold the process for seconds, and takes the gas it was given', async () => {
    const blake2 = (rounds: number): string => rounds.toString(16).padStart(8, '0') + '00'.repeat(208) + '01';
    expect(wordOf(await call('09', blake2(12)))).toBe(1n);
    const over = await call('09', blake2(Number(PRECOMPILE_GAS_MAX) + 1));
    expect(wordOf(over)).toBe(0n);
    // 63 of 64 parts of what was left went to the precompile and are gone.
    expect(over.gasUsed).toBeGreaterThan(9_800_000n);
    expect(wordOf(await call('09', blake2(Number(PRECOMPILE_GAS_MAX))))).toBe(1n);
  });
});

describe('two sessions side by side', () => {
  it('do not disturb each other while both are in the middle of a message', async () => {
    const sessions: EvmSession[] = [];
    const outputs = await Promise.all(
      [1n, 2n, 3n].map(async (value) => {
        const session = await evm.open(environment());
        sessions.push(session);
        // Stores the call value, loops 20,000 times, returns what is stored.
        await session.put(target, { code: hexToBytes(`3460005560005b60010180614e201160065750600054${RETURN_TOP}`) });
        await session.put(sender, { balance: 100n });
        return wordOf(await session.execute(message({ value, gasLimit: 10_000_000n })));
      }),
    );
    for (const session of sessions) session.close();
    expect(outputs).toEqual([1n, 2n, 3n]);
  });
});
