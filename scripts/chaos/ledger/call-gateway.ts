import { z } from 'zod';

/** Where a peer answers clients, and the access key that it wants to see. */
export interface Door {
  readonly url: string;
  readonly accessKey: string;
}

const answerSchema = z.union([z.object({ result: z.unknown(), error: z.undefined().optional() }), z.object({ error: z.object({ code: z.number(), message: z.string() }) })]);

/** What became of a call. `unsent`: no connection came about, so the peer never heard of it. */
export type Answer = { readonly type: 'result'; readonly result: unknown } | { readonly type: 'error' | 'unsent' | 'unknown'; readonly reason: string };

/** One JSON-RPC call as a client of the sub-chain makes it. Never throws. */
export async function callGateway({ url, accessKey }: Door, method: string, params: readonly unknown[], timeoutMs: number): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${accessKey}` },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    const answer = answerSchema.safeParse(JSON.parse(text));
    if (!answer.success) return { type: 'unknown', reason: `status ${response.status}: ${text.slice(0, 200)}` };
    if (answer.data.error) return { type: 'error', reason: `${answer.data.error.code} ${answer.data.error.message}` };
    return { type: 'result', result: answer.data.result };
  } catch (error) {
    const { code, syscall } = causeOf(error);
    const reason = code ?? (error instanceof Error ? error.name : String(error));
    return { type: syscall === 'connect' || code === 'UND_ERR_CONNECT_TIMEOUT' ? 'unsent' : 'unknown', reason };
  }
}

function causeOf(error: unknown): { code?: string; syscall?: string } {
  return error instanceof Error && typeof error.cause === 'object' && error.cause !== null ? error.cause : {};
}
