import { z } from 'zod';
import { hexToBytes } from '@/lib/platform/pure/bytes';
import { invalidParams } from './rpc-error';

/** Most bytes of calldata in a call; a transaction is limited more tightly. */
const CALL_DATA_BYTES_MAX = 128 * 1024;

/** A number: hexadecimal without leading zeros, at most 256 bits. */
export const quantityParam = z
  .string()
  .max(66)
  .regex(/^0x(0|[1-9a-fA-F][0-9a-fA-F]*)$/, 'a hexadecimal number (0x…, no leading zeros) is wanted')
  .transform((value) => BigInt(value));

export const dataParam = z
  .string()
  .max(2 + 2 * CALL_DATA_BYTES_MAX, `at most ${CALL_DATA_BYTES_MAX} bytes`)
  .regex(/^0x([0-9a-fA-F]{2})*$/, 'hexadecimal bytes (0x…, an even count of digits) are wanted')
  .transform((value) => hexToBytes(value.slice(2)));

/** A signed transaction: longer than may be sent, so that one that is too long is told so in the protocol's own words. */
export const rawTransactionParam = z
  .string()
  .max(2 + 8 * CALL_DATA_BYTES_MAX, `at most ${4 * CALL_DATA_BYTES_MAX} bytes`)
  .regex(/^0x([0-9a-fA-F]{2})*$/, 'hexadecimal bytes (0x…, an even count of digits) are wanted')
  .transform((value) => hexToBytes(value.slice(2)));

export const addressParam = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'an address (0x and 40 hexadecimal digits) is wanted')
  .transform((value) => hexToBytes(value.slice(2)));

export const hashParam = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'a hash (0x and 64 hexadecimal digits) is wanted')
  .transform((value) => hexToBytes(value.slice(2)));

/** A storage slot: go-ethereum takes a number of any width up to 32 bytes. */
export const slotParam = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/, 'a storage slot (0x and up to 64 hexadecimal digits) is wanted')
  .transform((value) => hexToBytes(value.slice(2).padStart(64, '0')));

const heightParam = quantityParam.refine((value) => value <= BigInt(Number.MAX_SAFE_INTEGER), { message: 'no block has such a number' }).transform(Number);

/** Which block is meant. */
export type BlockReference = { readonly kind: 'head' } | { readonly kind: 'height'; readonly height: number } | { readonly kind: 'hash'; readonly hash: Uint8Array };

/** A number or a tag. Every block here is final the moment it can be seen, so that all tags but `earliest` are the head. */
export const blockNumberParam = z.union(
  [
    z.enum(['latest', 'pending', 'safe', 'finalized']).transform((): BlockReference => ({ kind: 'head' })),
    z.literal('earliest').transform((): BlockReference => ({ kind: 'height', height: 0 })),
    heightParam.transform((height): BlockReference => ({ kind: 'height', height })),
  ],
  { error: 'a block number (0x…) or one of latest, earliest, pending, safe, finalized is wanted' },
);

/** A number, a tag, or EIP-1898's object. */
export const blockParam = z.union(
  [
    blockNumberParam,
    z.object({ blockHash: hashParam, requireCanonical: z.boolean().optional() }).transform(({ blockHash }): BlockReference => ({ kind: 'hash', hash: blockHash })),
    z.object({ blockNumber: blockNumberParam }).transform(({ blockNumber }) => blockNumber),
  ],
  { error: 'a block number, a block tag, or an object with blockHash or blockNumber is wanted' },
);

/** Optional and `null` arguments mean the head. */
export const blockOrHeadParam = blockParam.nullish().transform((value): BlockReference => value ?? { kind: 'head' });

/**
 * Parses positional arguments. Missing trailing ones come as undefined; too many are refused.
 * Throws RpcError -32602 that names the argument.
 */
export function parseParams<T extends readonly z.ZodType[]>(schemas: readonly [...T], params: readonly unknown[]): { [K in keyof T]: z.output<T[K]> } {
  if (params.length > schemas.length) throw invalidParams(`too many arguments, want at most ${schemas.length}`);
  const parsed = schemas.map((schema, index) => {
    const value = params[index];
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    if (value === undefined || value === null) throw invalidParams(`missing value for required argument ${index}`);
    throw invalidParams(`invalid argument ${index}: ${describe(result.error)}`);
  });
  return parsed as { [K in keyof T]: z.output<T[K]> };
}

function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'not acceptable';
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
