import type { EvmMessage } from './evm';

/** Limits and prices of the Prague rules that are needed before the interpreter starts. */
export const INITCODE_BYTES_MAX = 49_152;
const TRANSACTION_GAS = 21_000n;
const CREATION_GAS = 32_000n;
const INITCODE_WORD_GAS = 2n;
const DATA_ZERO_GAS = 4n;
const DATA_NONZERO_GAS = 16n;
const ACCESS_LIST_ADDRESS_GAS = 2_400n;
const ACCESS_LIST_SLOT_GAS = 1_900n;
const FLOOR_TOKEN_GAS = 10n;
const NONZERO_TOKENS = 4n;

type Costed = Pick<EvmMessage, 'to' | 'data' | 'accessList'>;

/** Gas that a transaction costs before its first instruction (yellow paper g0 with EIP-2028, 2930, 3860). */
export function intrinsicGas({ to, data, accessList }: Costed): bigint {
  const { zeros, others } = countBytes(data);
  let gas = TRANSACTION_GAS + zeros * DATA_ZERO_GAS + others * DATA_NONZERO_GAS;
  if (to === undefined) gas += CREATION_GAS + INITCODE_WORD_GAS * BigInt(Math.ceil(data.length / 32));
  for (const { slots } of accessList) gas += ACCESS_LIST_ADDRESS_GAS + ACCESS_LIST_SLOT_GAS * BigInt(slots.length);
  return gas;
}

/** Least gas that a transaction pays for its calldata, however little it executes (EIP-7623). */
export function floorGas({ data }: Costed): bigint {
  const { zeros, others } = countBytes(data);
  return TRANSACTION_GAS + FLOOR_TOKEN_GAS * (zeros + others * NONZERO_TOKENS);
}

function countBytes(data: Uint8Array): { zeros: bigint; others: bigint } {
  let zeros = 0;
  for (const byte of data) if (byte === 0) zeros++;
  return { zeros: BigInt(zeros), others: BigInt(data.length - zeros) };
}
