import { setTimeout as delay } from 'node:timers/promises';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { z } from 'zod';
import { AppError } from '@/lib/platform';
import { withTimeLimit } from '@/lib/platform/pure/time-limit';

const callMsMax = 3_000;
const receiptMsMax = 4_000;
const pollMs = 50;

const hex = z.string().regex(/^0x[0-9a-f]*$/i);
const answerSchema = z.union([z.object({ result: z.unknown() }), z.object({ error: z.object({ code: z.number(), message: z.string() }) })]);
const receiptSchema = z.object({ status: z.literal('0x1'), blockNumber: hex }).nullable();

export interface Door {
  url: string;
  /** `id.secret`. */
  key: string;
  signal: AbortSignal;
}

/**
 * Sends a transfer of nothing from an account made for it, through a public door as any client would. Gas is free, so
 * the account needs no funds. Gives the transaction's hash.
 */
export async function sendTransfer(door: Door, chainId: bigint): Promise<string> {
  const account = privateKeyToAccount(generatePrivateKey());
  const signed = await account.signTransaction({
    type: 'eip1559',
    chainId: Number(chainId),
    nonce: 0,
    to: account.address,
    value: 0n,
    gas: 21_000n,
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
  });
  return call(door, 'eth_sendRawTransaction', [signed], hex);
}

/** Waits until a door shows the transaction's receipt. Gives its height. */
export async function awaitReceipt(door: Door, transactionHash: string): Promise<number> {
  const endMs = Date.now() + receiptMsMax;
  for (;;) {
    const receipt = await call(door, 'eth_getTransactionReceipt', [transactionHash], receiptSchema);
    if (receipt) return Number(receipt.blockNumber);
    if (Date.now() >= endMs) throw notPassed(door, 'no receipt in time');
    await delay(pollMs, undefined, { signal: door.signal });
  }
}

async function call<S extends z.ZodType>(door: Door, method: string, params: readonly unknown[], schema: S): Promise<z.output<S>> {
  let body: unknown;
  try {
    body = await withTimeLimit(callMsMax, door.signal, async (signal) => {
      const response = await fetch(door.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${door.key}` },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
        redirect: 'error',
        signal,
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return response.json() as Promise<unknown>;
    });
  } catch (error) {
    door.signal.throwIfAborted();
    throw notPassed(door, `${method} did not get through`, error);
  }
  const answer = answerSchema.parse(body);
  if ('error' in answer) throw notPassed(door, `${method}: ${answer.error.code} ${answer.error.message}`);
  return schema.parse(answer.result);
}

/** Retryable: a door that has just opened, or a host that restarts, heals within seconds. The key never stands in it. */
function notPassed(door: Door, reason: string, cause?: unknown): AppError<'UNAVAILABLE'> {
  return new AppError(
    'UNAVAILABLE',
    { what: new URL(door.url).pathname },
    { publicMessage: 'The test transaction did not come through the gateway. It is tried again.', message: `${door.url}: ${reason}`, cause },
  );
}
