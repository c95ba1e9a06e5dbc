import { z } from 'zod';
import type { AccessListEntry, AccountFields, EvmSession } from '../../../vm/evm';
import { addressParam, dataParam, hashParam, quantityParam } from './params';
import { invalidParams } from './rpc-error';

const ACCESS_LIST_MAX = 1_000;
const OVERRIDES_MAX = 100;
const OVERRIDE_SLOTS_MAX = 1_000;

/** The transaction object of eth_call and eth_estimateGas. Unknown members are ignored, as go-ethereum does. */
export const callRequestParam = z
  .object({
    from: addressParam.nullish(),
    to: addressParam.nullish(),
    gas: quantityParam.nullish(),
    gasPrice: quantityParam.nullish(),
    maxFeePerGas: quantityParam.nullish(),
    maxPriorityFeePerGas: quantityParam.nullish(),
    value: quantityParam.nullish(),
    data: dataParam.nullish(),
    input: dataParam.nullish(),
    accessList: z.array(z.object({ address: addressParam, storageKeys: z.array(hashParam).max(ACCESS_LIST_MAX) })).max(ACCESS_LIST_MAX).nullish(),
  })
  .transform((request) => {
    const fee = request.gasPrice ?? request.maxFeePerGas ?? 0n;
    const tip = request.gasPrice ?? request.maxPriorityFeePerGas ?? 0n;
    return {
      from: request.from ?? new Uint8Array(20),
      to: request.to ?? undefined,
      gas: request.gas ?? undefined,
      feeCap: fee,
      gasPrice: tip < fee ? tip : fee,
      value: request.value ?? 0n,
      data: request.input ?? request.data ?? new Uint8Array(0),
      accessList: (request.accessList ?? []).map(({ address, storageKeys }): AccessListEntry => ({ address, slots: storageKeys })),
      feesAmbiguous: request.gasPrice != null && (request.maxFeePerGas != null || request.maxPriorityFeePerGas != null),
    };
  });

export type CallRequest = z.output<typeof callRequestParam>;

const slots = z.record(z.string().regex(/^0x[0-9a-fA-F]{64}$/), hashParam).refine((value) => Object.keys(value).length <= OVERRIDE_SLOTS_MAX, { message: `at most ${OVERRIDE_SLOTS_MAX} slots` });

/** Accounts that a call shall see differently: address → fields. */
export const stateOverrideParam = z
  .record(
    z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'an address is wanted'),
    z.strictObject({ balance: quantityParam.optional(), nonce: quantityParam.optional(), code: dataParam.optional(), state: slots.optional(), stateDiff: slots.optional() }),
  )
  .refine((value) => Object.keys(value).length <= OVERRIDES_MAX, { message: `at most ${OVERRIDES_MAX} accounts` })
  .nullish();

/** Block overrides are not offered: an empty object is taken, anything else is refused by name. */
export const blockOverrideParam = z.strictObject({}, { error: 'block overrides are not supported' }).nullish();

export async function applyStateOverrides(session: EvmSession, overrides: z.output<typeof stateOverrideParam>): Promise<void> {
  for (const [address, { balance, nonce, code, state, stateDiff }] of Object.entries(overrides ?? {})) {
    if (state !== undefined && stateDiff !== undefined) throw invalidParams(`account ${address} has both 'state' and 'stateDiff'`);
    const fields: AccountFields = {
      ...(balance === undefined ? {} : { balance }),
      ...(nonce === undefined ? {} : { nonce }),
      ...(code === undefined ? {} : { code }),
      ...(state === undefined ? {} : { clearSlots: true }),
      slots: Object.entries(state ?? stateDiff ?? {}).map(([slot, value]) => ({ slot: bytesOf(slot), value })),
    };
    await session.put(bytesOf(address), fields);
  }
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
}
