import { hexToBytes } from '@/lib/platform/pure/bytes';
import type { ExecutedBlock, GenesisInput } from '../../core/framework';
import { EMPTY_STATE } from '../../core/storage';
import { emptyTrieRoot, type Evm } from '../../vm/evm';
import { rulesOf, type EthereumConfig } from './config';
import { sealBlock } from './execute-block';
import { BASE_FEE } from './header';

/** Block 0: the allocations of the sub-chain's settings, no transactions, no proposer. */
export async function initGenesis(evm: Evm, config: EthereumConfig, input: GenesisInput): Promise<ExecutedBlock> {
  const rules = rulesOf(config);
  const start = {
    parentHash: new Uint8Array(32),
    coinbase: new Uint8Array(20),
    number: 0n,
    gasLimit: rules.blockGasLimit,
    timestamp: BigInt(Math.floor(input.time / 1000)),
    prevRandao: new Uint8Array(32),
  };
  const session = await evm.open({ chainId: rules.chainId, state: EMPTY_STATE, block: { ...start, baseFee: BASE_FEE, blockHash: () => undefined } });
  try {
    for (const [address, balance] of Object.entries(config.allocations)) {
      if (BigInt(balance) > 0n) await session.put(hexToBytes(address.slice(2)), { balance: BigInt(balance) });
    }
    const { stateRoot, writes } = session.commit(emptyTrieRoot(evm.crypto.keccak256));
    return { ...sealBlock(evm, start, stateRoot, 0n, [], writes), dropped: [] };
  } finally {
    session.close();
  }
}
