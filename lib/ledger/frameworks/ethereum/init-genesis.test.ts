import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '@/lib/platform/pure/bytes';
import { timeMs } from '../../core/types';
import { readAccount } from '../../vm/evm';
import { MapState } from '../../vm/evm/map-state';
import { decodeEthereumHeader } from './header';
import { blockHash, heightOf, positionOf, receiptsAt } from './read-chain';
import { TestChain } from './testing/test-chain';

const rich = `0x${'0a'.repeat(20)}`;
const idle = `0x${'0b'.repeat(20)}`;

describe('initGenesis', () => {
  it('gives every peer the same block for the same settings, and another for other settings', async () => {
    const [one, two, other] = await Promise.all([TestChain.open({ allocations: { [rich]: '5' } }), TestChain.open({ allocations: { [rich]: '5' } }), TestChain.open({ allocations: { [rich]: '6' } })]);
    expect(one.head.executed).toEqual(two.head.executed);
    expect(other.head.executed.stateRoot).not.toBe(one.head.executed.stateRoot);
  });

  it('allocates balances, and makes no account for a balance of zero', async () => {
    const chain = await TestChain.open({ allocations: { [rich]: (2n ** 256n - 1n).toString(), [idle]: '0' } });
    expect(readAccount(chain.state, hexToBytes(rich.slice(2)))).toMatchObject({ balance: 2n ** 256n - 1n, nonce: 0n });
    expect(readAccount(chain.state, hexToBytes(idle.slice(2)))).toBeUndefined();
  });

  it('has the empty root without allocations, no transactions, and can be found by its hash', async () => {
    const chain = await TestChain.open();
    const { frameworkHeader, executed } = chain.head;
    expect(executed).toMatchObject({ transactions: [], dropped: [], stateRoot: '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421', eventRoot: '0'.repeat(64) });
    expect(decodeEthereumHeader(frameworkHeader)).toMatchObject({ number: 0n, gasUsed: 0n, gasLimit: 30_000_000n, timestamp: 1_700_000_000n, parentHash: new Uint8Array(32) });
    const hash = blockHash(chain.state, 0)!;
    expect(hash).toEqual(chain.framework.crypto.keccak256(frameworkHeader));
    expect(heightOf(chain.state, hash)).toBe(0);
    expect([heightOf(chain.state, new Uint8Array(32)), positionOf(chain.state, new Uint8Array(32)), receiptsAt(chain.state, 0)]).toEqual([undefined, undefined, []]);
  });

  it('takes the block gas limit of the settings, which also caps the block\'s cost', async () => {
    const chain = await TestChain.open({ blockGasLimit: 60_000_000 });
    expect(chain.instance.blockCostMax).toBe(60_000_000n);
    expect(decodeEthereumHeader(chain.head.frameworkHeader).gasLimit).toBe(60_000_000n);
    expect(bytesToHex(decodeEthereumHeader((await chain.seal([])).frameworkHeader).parentHash)).toBe(bytesToHex(blockHash(chain.state, 0)!));
  });

  it('must come first: a block on nothing, or on the wrong height, is refused', async () => {
    const chain = await TestChain.open();
    const input = { height: chain.head.height, parentHash: chain.head.hash, time: timeMs(1), proposer: new Uint8Array(1), engineVersion: 1, transactions: [], building: true };
    await expect(chain.instance.executeBlock(input, new MapState())).rejects.toThrow(/before genesis/);
    await expect(chain.instance.executeBlock(input, chain.state)).rejects.toThrow(/block 0 is executed on top of block 0/);
  });
});
