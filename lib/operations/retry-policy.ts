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

/** pg's own errors for a connection that was cut carry neither code nor cause. */
const cutConnection = /^(Client has encountered a connection error|Connection terminated|Client was closed|timeout exceeded when trying to connect)/;

/** True when the same try may succeed later. Anything else ends the operation at once. */
export function canHeal(error: unknown): boolean {
  if (isAppError(error)) return error.retryable;
  if (typeof error !== 'object' || error === null) return false;
  const { code, originalCode, kind, message, meta, cause } = error as Record<string, unknown>;
  if ([code, originalCode].some((one) => typeof one === 'string' && healingCodes.has(one))) return true;
  if (typeof kind === 'string' && healingKinds.has(kind)) return true;
  if (typeof message === 'string' && cutConnection.test(message)) return true;
  // Prisma names the code of a raw statement's error only here.
  if (typeof meta === 'object' && meta !== null && 'driverAdapterError' in meta && canHeal(meta.driverAdapterError)) return true;
  return cause !== undefined && cause !== error && canHeal(cause);
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
