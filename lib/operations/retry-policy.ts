import { isAppError } from '@/lib/platform/client';

/** Tries of one step before its operation ends FAILED; a try that a killed worker left behind counts too. */
export const stepAttemptsMax = 12;

const delaysMs = [200, 400, 800, 1_600];
const delayMsMax = 3_000;

/** Wait before the next try, after `attempts` tries. 26 s in all, so that no operation is in doubt for a minute. */
export function retryDelayMs(attempts: number): number {
  return delaysMs[attempts - 1] ?? delayMsMax;
}

/** Codes for a neighbour that is away, slow, or asks to try again. */
const healingCodes = new Set(
  [
    // The operating system.
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH'],
    // Prisma: no connection, timed out, pool exhausted, transaction ended, write conflict.
    ['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034'],
    // PostgreSQL: serialisation failure, deadlock, server shutting down or starting, too many connections.
    ['40001', '40P01', '57P01', '57P02', '57P03', '53300'],
  ].flat(),
);

/** The same, in the words of Prisma's driver adapter, which passes them as the cause of its errors. */
const healingKinds = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections', 'TransactionWriteConflict']);

/** True when the same try may succeed later. Anything else ends the operation at once. */
export function canHeal(error: unknown): boolean {
  if (isAppError(error)) return error.retryable;
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && typeof error.code === 'string' && healingCodes.has(error.code)) return true;
  if ('kind' in error && typeof error.kind === 'string' && healingKinds.has(error.kind)) return true;
  return 'cause' in error && error.cause !== error && canHeal(error.cause);
}

export interface OperationFailure {
  code: string;
  publicMessage: string;
}

/** What the user reads about a failure; an error that is our own fault shows its operation id, not its text. */
export function describeFailure(error: unknown, operationId: string): OperationFailure {
  if (isAppError(error)) return { code: error.code, publicMessage: error.publicMessage };
  return { code: 'INTERNAL', publicMessage: `Something went wrong on our side. It is logged under ${operationId}.` };
}
