import type { AccessListEntry } from '../../vm/evm';

/** A signed transaction of type 0 (legacy), 1 (EIP-2930) or 2 (EIP-1559). Amounts are in wei. */
export interface Transaction {
  readonly type: 0 | 1 | 2;
  /** Absent in a legacy transaction without replay protection. */
  readonly chainId?: bigint;
  readonly nonce: bigint;
  /** Types 0 and 1 give one price: it stands in both. */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly gasLimit: bigint;
  /** 20 bytes; absent: creates a contract. */
  readonly to?: Uint8Array;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly accessList: readonly AccessListEntry[];
  readonly signature: TransactionSignature;
  /** What was signed: Keccak-256, 32 bytes. */
  readonly signingHash: Uint8Array;
  /** The transaction's name: Keccak-256 of all its bytes. */
  readonly hash: Uint8Array;
}

export interface TransactionSignature {
  /** As encoded: parity for typed transactions, with chain id for legacy ones. */
  readonly v: bigint;
  readonly yParity: 0 | 1;
  readonly r: bigint;
  readonly s: bigint;
}

/** What a unit of gas costs the sender: its tip on top of the base fee, within its cap (EIP-1559). */
export function effectiveGasPrice(transaction: Pick<Transaction, 'maxFeePerGas' | 'maxPriorityFeePerGas'>, baseFee: bigint): bigint {
  const withTip = baseFee + transaction.maxPriorityFeePerGas;
  return withTip < transaction.maxFeePerGas ? withTip : transaction.maxFeePerGas;
}
