import { assert } from '@/lib/platform/pure/assert';
import { TransactionRefused, type BlockInput, type ExecutedBlock } from '../../../core/framework';
import type { Height } from '../../../core/types';
import { compact } from '../../../vm/threads/compact';
import type { ChainRules } from '../config';
import type { EthereumQuery } from '../rpc/answer-query';
import { RpcError } from '../rpc/rpc-error';

/** What a thread of this framework carries out. */
export type EthereumJob =
  | { readonly kind: 'block'; readonly rules: ChainRules; readonly input: Omit<BlockInput, 'isEnough' | 'aside' | 'elsewhere'> }
  | { readonly kind: 'call'; readonly rules: ChainRules; readonly query: EthereumQuery; readonly height: Height };

/** An executed block without what the main side has anyhow. */
export interface WireBlock extends Omit<ExecutedBlock, 'transactions' | 'dropped'> {
  readonly transactions: readonly { readonly id: ExecutedBlock['transactions'][number]['id']; readonly succeeded: boolean }[];
  readonly dropped: readonly { readonly index: number; readonly code: string; readonly message: string; readonly details: Readonly<Record<string, string>> }[];
}

export type WireAnswer = { readonly answer: unknown } | { readonly code: number; readonly message: string; readonly data: unknown };

export function encodeBlock({ transactions, dropped, ...rest }: ExecutedBlock): WireBlock {
  return {
    ...(compact(rest) as typeof rest),
    transactions: transactions.map(({ id, succeeded }) => ({ id, succeeded })),
    dropped: dropped.map(({ index, reason: { code, message, details } }) => ({ index, code, message, details })),
  };
}

/** @param input what the block was executed from: its transactions' bytes are taken from there */
export function decodeBlock(wire: WireBlock, input: Pick<BlockInput, 'transactions'>): ExecutedBlock {
  const { transactions, dropped, ...rest } = wire;
  const isDropped = new Set(dropped.map(({ index }) => index));
  const included = input.transactions.filter((_, index) => !isDropped.has(index));
  return {
    ...rest,
    transactions: transactions.map(({ id, succeeded }, index) => {
      const bytes = included[index];
      assert(bytes !== undefined, 'a thread includes only transactions that it was given');
      return { id, bytes, succeeded };
    }),
    dropped: dropped.map(({ index, code, message, details }) => ({ index, reason: new TransactionRefused(code, message, details) })),
  };
}

/** What the protocol's own errors are made of; throws all others. */
export function encodeFailure(error: unknown): WireAnswer {
  if (!(error instanceof RpcError)) throw error;
  return { code: error.code, message: error.message, data: error.data };
}

/** Throws RpcError when the answer is one. */
export function decodeAnswer(wire: WireAnswer): unknown {
  if ('answer' in wire) return wire.answer;
  throw new RpcError(wire.code, wire.message, wire.data);
}
