import type { AccessKeyRecord } from '@/lib/control';
import type { ChainDoor, DoorAnswer, DoorCall, DoorSignals } from './chain-door';
import type { ChainQuota, QuotaRefusal } from './chain-quota';
import { rpcCodes, rpcFailure, type RpcErrorBody } from './json-rpc';

export interface CallContext {
  readonly door: ChainDoor;
  readonly quota: ChainQuota;
  readonly scope: AccessKeyRecord['scope'];
  readonly requestId: string;
  readonly signals: DoorSignals;
  readonly now: () => number;
  /** For errors that are ours. */
  readonly onFailure: (error: unknown, method: string) => void;
}

/** Carries out one call of a body: request quota, scope, transaction quota, then the sub-chain. Never rejects. */
export async function answerCall(call: DoorCall, context: CallContext): Promise<DoorAnswer> {
  try {
    return await admit(call, context);
  } catch (error) {
    // Measuring a sub-chain for its quota fails while it is being removed.
    return ourMistake(call, context, error);
  }
}

async function admit(call: DoorCall, context: CallContext): Promise<DoorAnswer> {
  const { door, quota, now } = context;
  const refusal = quota.takeRequest(now());
  if (refusal) return refuse(call, refusal);
  if (call.scope !== 'write') return run(call, context);
  if (context.scope !== 'write') {
    return failed(call, { code: rpcCodes.forbidden, message: `This access key may only read; ${call.method} needs a key with the right to write. Make one in the portal.` }, 403);
  }
  const ticket = quota.takeTransaction(now(), door.sizeBytes());
  if ('quota' in ticket) return refuse(call, ticket);
  const answer = await run(call, context);
  ticket.done(answer.accepted, now());
  return answer;
}

async function run(call: DoorCall, context: CallContext): Promise<DoorAnswer> {
  try {
    return await context.door.handle(call, context.signals);
  } catch (error) {
    return ourMistake(call, context, error);
  }
}

function ourMistake(call: DoorCall, context: CallContext, error: unknown): DoorAnswer {
  context.onFailure(error, call.method);
  return failed(call, { code: rpcCodes.internal, message: `Something went wrong in this city node (request ${context.requestId}).` }, 500);
}

function refuse(call: DoorCall, refusal: QuotaRefusal): DoorAnswer {
  const { quota, message, retryAfterMs } = refusal;
  // 403 for what waiting does not heal: public clients keep their caller waiting for minutes on 429.
  if (retryAfterMs === undefined) return failed(call, { code: rpcCodes.quotaUsedUp, message, data: { quota } }, 403);
  return { ...failed(call, { code: rpcCodes.rateLimited, message, data: { quota, retryAfterMs } }, 429), retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1_000)) };
}

function failed(call: DoorCall, error: RpcErrorBody, status: number): DoorAnswer {
  return { response: call.id === undefined ? undefined : rpcFailure(call.id, error), accepted: false, status };
}
