import { createHmac } from 'node:crypto';
import { AppError, getDb, getSecrets, isUniqueViolation } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';

export interface IdempotentRequest {
  userId: string;
  /** Method and path pattern: a key counts within one route. */
  route: string;
  /** Chosen by the client, once per intended change. */
  key: string;
  /** Method, address and body, as sent; only a keyed hash of it is stored. */
  content: string;
}

/** What the first request was answered; `undefined` body: without content. */
export interface StoredAnswer {
  status: number;
  body: Prisma.JsonValue | undefined;
}

/** A request that has not answered after this time is taken to be lost with its process, and may be made again. */
const lostAfterMs = 2 * 60_000;

/**
 * Claims the key for this request, or gives the answer that an earlier one with the same key got.
 * @throws AppError IDEMPOTENCY_MISMATCH (same key, other content), CONFLICT with `retryable` (the first one is under way).
 */
export async function beginIdempotentRequest(request: IdempotentRequest): Promise<StoredAnswer | undefined> {
  const { userId, route, key } = request;
  const id = { userId_route_key: { userId, route, key } };
  const requestHash = hashOf(request.content);
  const db = getDb();
  try {
    await db.idempotencyKey.create({ data: { userId, route, key, requestHash } });
    return undefined;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }

  const row = await db.idempotencyKey.findUnique({ where: id });
  if (row && row.requestHash !== requestHash) {
    throw new AppError('IDEMPOTENCY_MISMATCH', {}, { publicMessage: 'This Idempotency-Key was used for another request. Use a new key for each change.' });
  }
  if (row?.status != null) return { status: row.status, body: row.body ?? undefined };
  if (row && row.createdAt.getTime() < Date.now() - lostAfterMs) {
    const { count } = await db.idempotencyKey.updateMany({
      where: { userId, route, key, status: null, createdAt: row.createdAt },
      data: { createdAt: new Date() },
    });
    if (count === 1) return undefined;
  }
  throw new AppError('CONFLICT', { subject: 'request' }, {
    publicMessage: 'The same request is still under way. Wait a moment for its answer.',
    retryable: true,
  });
}

/** Remembers the answer for all later requests with this key. */
export async function finishIdempotentRequest({ userId, route, key }: IdempotentRequest, answer: StoredAnswer): Promise<void> {
  await getDb().idempotencyKey.updateMany({
    where: { userId, route, key },
    data: { status: answer.status, ...(answer.body === undefined || answer.body === null ? {} : { body: answer.body }) },
  });
}

/** Gives the key back after a failure that can heal, so that the same request may be made again. */
export async function releaseIdempotentRequest({ userId, route, key }: IdempotentRequest): Promise<void> {
  await getDb().idempotencyKey.deleteMany({ where: { userId, route, key, status: null } });
}

// Keyed, because bodies may hold what is easily guessed (a password): a stolen table must not confirm guesses.
function hashOf(content: string): string {
  return createHmac('sha256', getSecrets().authSecret).update('idempotency-key\0').update(content).digest('hex');
}
