import { setTimeout as sleep } from 'node:timers/promises';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';

interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

export type Call = (method: string, params: readonly unknown[]) => Promise<RpcAnswer & { readonly status: number }>;

/** A client of a sub-chain's door. */
export function createCall(endpoint: string, key: string): Call {
  return async (method, params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await fetch(endpoint, { method: 'POST', headers: { 'content-type': 'application/json', 'x-api-key': key }, body });
    return { status: response.status, ...((await response.json()) as RpcAnswer) };
  };
}

/** Says that the same bytes may be sent again. */
const RETRY = /try again|takes no transactions|shutting down/i;

/** Accounts that send transfers of nothing, one after another, and what they were told. */
export class Writers {
  /** Hash of each transaction that was acknowledged. */
  readonly acknowledged: string[] = [];
  /** Refusals that did not invite to try again. */
  readonly refused: string[] = [];
  /** Longest time from the first try of a transaction to its acknowledgement. */
  slowestMs = 0;
  retries = 0;
  #isEnding = false;
  readonly #running: Promise<void>[] = [];

  begin(call: Call, chainId: number, count: number): void {
    for (let at = 0; at < count; at += 1) this.#running.push(this.#write(call, chainId));
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.#running);
  }

  async #write(call: Call, chainId: number): Promise<void> {
    const account = privateKeyToAccount(generatePrivateKey());
    for (let nonce = 0; !this.#isEnding; nonce += 1) {
      const signed = await account.signTransaction({ type: 'eip1559', chainId, nonce, to: account.address, value: 0n, gas: 21_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n });
      const begunAt = performance.now();
      for (;;) {
        const { result, error } = await call('eth_sendRawTransaction', [signed]).catch((failure: Error) => ({ result: undefined, error: { message: `try again: ${failure.message}` } }));
        if (error === undefined) {
          this.acknowledged.push(String(result));
          this.slowestMs = Math.max(this.slowestMs, performance.now() - begunAt);
          break;
        }
        // It was taken before a crash, and not acknowledged.
        if (/nonce too low|known/i.test(error.message) && performance.now() > begunAt) break;
        if (!RETRY.test(error.message)) {
          this.refused.push(error.message);
          return;
        }
        this.retries += 1;
        await sleep(20);
      }
    }
  }
}

/** Hashes that have no receipt. */
export async function findLost(call: Call, hashes: readonly string[]): Promise<string[]> {
  const lost: string[] = [];
  for (const hash of hashes) {
    const { result } = await call('eth_getTransactionReceipt', [hash]);
    if (result === null || result === undefined) lost.push(hash);
  }
  return lost;
}
