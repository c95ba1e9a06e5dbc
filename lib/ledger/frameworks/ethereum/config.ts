import { z } from 'zod';

/** Chain ids are drawn from here upward, far from those of public chains, so that nothing can be replayed there. */
export const CHAIN_ID_MIN = 2n ** 40n;
/** MetaMask's limit: chainId * 2 + 36 must still be a safe integer. */
export const CHAIN_ID_MAX = 4_503_599_627_370_476n;

const DECIMAL = /^(0|[1-9][0-9]*)$/;
const UINT256_MAX = 2n ** 256n - 1n;
const ALLOCATIONS_MAX = 1_000;

const decimal = z.string().max(78).regex(DECIMAL, 'a decimal number is wanted');

/** The settings of an Ethereum sub-chain, as they stand in its genesis block. */
export const ethereumConfigSchema = z.strictObject({
  /** Decimal. */
  chainId: decimal.refine((value) => DECIMAL.test(value) && BigInt(value) >= CHAIN_ID_MIN && BigInt(value) <= CHAIN_ID_MAX, {
    message: `a chain id from ${CHAIN_ID_MIN} to ${CHAIN_ID_MAX} is wanted`,
  }),
  /** Most gas in a block, and so in a transaction or a call. */
  blockGasLimit: z.int().min(5_000_000).max(100_000_000).default(30_000_000),
  /** Balances at genesis: address (0x, 40 lower-case hexadecimal digits) → wei, decimal. Gas is free, so none is needed. */
  allocations: z
    .record(z.string().regex(/^0x[0-9a-f]{40}$/, 'an address in lower case is wanted'), decimal.refine((value) => DECIMAL.test(value) && BigInt(value) <= UINT256_MAX, { message: 'more than 2^256-1' }))
    .default({})
    .refine((value) => Object.keys(value).length <= ALLOCATIONS_MAX, { message: `at most ${ALLOCATIONS_MAX} allocations` }),
});

export type EthereumConfig = z.infer<typeof ethereumConfigSchema>;

/** What the engine of a sub-chain needs of its settings. */
export interface ChainRules {
  readonly chainId: bigint;
  readonly blockGasLimit: bigint;
}

export function rulesOf(config: EthereumConfig): ChainRules {
  return { chainId: BigInt(config.chainId), blockGasLimit: BigInt(config.blockGasLimit) };
}
