import { z } from 'zod';
import { BASE_FEE } from '../../header';
import { data, quantity } from '../hex';
import { blockNumberParam, dataParam, parseParams, quantityParam } from '../params';
import { findHeight, readBlock } from '../read-context';
import { limitExceeded, serverError } from '../rpc-error';
import type { ReadMethod } from './read-method';

const FEE_HISTORY_BLOCKS_MAX = 1_024;
const PERCENTILES_MAX = 100;

/** What a client asks about the chain as such. Gas has no price, so fees are zero throughout. */
export const nodeMethods = {
  web3_clientVersion: (_params, { clientVersion }) => clientVersion,
  web3_sha3: (params, { evm }) => {
    const [bytes] = parseParams([dataParam], params);
    return data(evm.crypto.keccak256(bytes));
  },
  net_version: (_params, { rules }) => rules.chainId.toString(),
  net_listening: () => true,
  eth_chainId: (_params, { rules }) => quantity(rules.chainId),
  eth_blockNumber: (_params, { view }) => quantity(view.height),
  // Blocks are taken as they come, so a stretch of catching up begins at the last one that is here.
  eth_syncing: (_params, { view: { height, knownHeight } }) => knownHeight > height && { startingBlock: quantity(height), currentBlock: quantity(height), highestBlock: quantity(knownHeight) },
  eth_accounts: () => [],
  eth_gasPrice: () => quantity(BASE_FEE),
  eth_maxPriorityFeePerGas: () => '0x0',
  eth_feeHistory: async (params, context) => {
    const [count, newest, percentiles] = parseParams([z.union([quantityParam, z.int().min(0).transform(BigInt)]), blockNumberParam, z.array(z.number().min(0).max(100)).max(PERCENTILES_MAX).nullish()], params);
    const height = findHeight(context, newest);
    if (height === undefined) throw serverError('request beyond head block');
    if (count > BigInt(FEE_HISTORY_BLOCKS_MAX)) throw limitExceeded(`a fee history of ${count} blocks is too long: at most ${FEE_HISTORY_BLOCKS_MAX}`);
    const blocks = Math.min(Number(count), height + 1);
    const oldest = height - blocks + 1;
    const gasUsedRatio: number[] = [];
    for (let at = oldest; at <= height; at++) {
      const { header } = readBlock(context, at);
      gasUsedRatio.push(Number(header.gasUsed) / Number(header.gasLimit));
      if (gasUsedRatio.length % 64 === 0) await context.pause();
    }
    return {
      oldestBlock: quantity(oldest),
      baseFeePerGas: gasUsedRatio.length === 0 ? [] : Array.from({ length: blocks + 1 }, () => '0x0'),
      gasUsedRatio,
      ...(percentiles == null || percentiles.length === 0 ? {} : { reward: gasUsedRatio.map(() => percentiles.map(() => '0x0')) }),
    };
  },
} satisfies Record<string, ReadMethod>;
