import { isAppError } from '@/lib/platform/pure/errors';
import type { AccessKeyRecord } from '@/lib/control';
import type { ChainDoor } from './chain-door';
import type { ChainQuota, QuotaRefusal } from './chain-quota';
import { formatError, formatResult, rpcCodes, type RpcCall, type RpcEntry, type RpcErrorBody } from './json-rpc';

export interface AnswerContext {
  readonly door: ChainDoor;
  readonly quota: ChainQuota;
  readonly scope: AccessKeyRecord['scope'];
  readonly requestId: string;
  /** Ends reads when the time is up or the client has gone; transactions are only ever not waited for. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** For errors that are ours. */
  readonly onFailure: (error: unknown, method: string) => void;
}

export interface EntryAnswer {
  /** Absent for a notification. */
  readonly text?: string;
  /** HTTP status when this is the only entry. */
  readonly status: number;
  readonly retryAfterSeconds?: number;
}

/** Carries out one entry of a body: scope, quota, call. Never rejects. */
export async function answerEntry(entry: RpcEntry, context: AnswerContext): Promise<EntryAnswer> {
  if ('error' in entry) return { text: formatError(entry.id, entry.error), status: 400 };
  const { call } = entry;
  const { door, quota } = context;
  const refused = quota.takeRequest(context.now());
  if (refused) return refuse(call, refused);
  if (!door.isWrite(call.method)) return run(call, context);
  if (context.scope !== 'write') {
    return failed(call, { code: rpcCodes.forbidden, message: `This access key may only read; ${call.method} needs a key with the right to write. Make one in the portal.` }, 403);
  }
  const ticket = quota.takeTransaction(context.now(), door.sizeBytes());
  if ('quota' in ticket) return refuse(call, ticket);
  let accepted = false;
  try {
    return await run(call, context, () => (accepted = true));
  } finally {
    // Hanging up takes no transaction back, so it must not save its count either.
    ticket.done(accepted || context.signal.aborted, context.now());
  }
}

async function run(call: RpcCall, context: AnswerContext, onAccepted?: () => void): Promise<EntryAnswer> {
  try {
    const result = await context.door.call(call.method, call.params, context.signal);
    onAccepted?.();
    return call.id === undefined ? { status: 200 } : { text: formatResult(call.id, result), status: 200 };
  } catch (error) {
    if (isProtocolError(error)) return failed(call, { code: error.code, message: error.message, ...(error.data === undefined ? {} : { data: error.data }) }, 200);
    if (isAppError(error)) return failed(call, { code: rpcCodes.unavailable, message: error.publicMessage }, error.status);
    if (context.signal.aborted && error === context.signal.reason) {
      return failed(call, { code: rpcCodes.unavailable, message: `${call.method} was not done in the time that one request may take. Ask for less at once.` }, 504);
    }
    context.onFailure(error, call.method);
    return failed(call, { code: rpcCodes.internal, message: `Something went wrong in this city node (request ${context.requestId}).` }, 500);
  }
}

function refuse(call: RpcCall, refusal: QuotaRefusal): EntryAnswer {
  const heals = refusal.retryAfterSeconds !== undefined;
  const error = { code: heals ? rpcCodes.rateLimited : rpcCodes.quotaUsedUp, message: refusal.message, data: { quota: refusal.quota } };
  // 403 for what waiting does not heal: public clients keep a caller waiting for minutes on 429.
  return { ...failed(call, error, heals ? 429 : 403), ...(heals ? { retryAfterSeconds: refusal.retryAfterSeconds } : {}) };
}

function failed(call: RpcCall, error: RpcErrorBody, status: number): EntryAnswer {
  return call.id === undefined ? { status } : { text: formatError(call.id, error), status };
}

function isProtocolError(error: unknown): error is Error & { code: number; data?: unknown } {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
