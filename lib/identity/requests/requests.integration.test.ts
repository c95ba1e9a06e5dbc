import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createId, getDb, getRedis } from '@/lib/platform';
import { createPerson, type Person } from '../testing';
import { deleteExpiredRows } from './delete-expired-rows';
import { beginIdempotentRequest, finishIdempotentRequest, releaseIdempotentRequest } from './idempotency';
import { clearRateLimit, takeRateLimit } from './take-rate-limit';

let person: Person;
beforeAll(async () => {
  person = await createPerson();
});

const requestOf = (content = '{"a":1}') => ({ userId: person.userId, route: 'POST /api/test', key: randomUUID(), content });

describe('takeRateLimit', () => {
  it('lets exactly the limit through, also when all come at once', async () => {
    const limit = { name: 'test.burst', subject: randomUUID(), limit: 5, windowSeconds: 60 };
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => takeRateLimit(limit)));
    expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(5);
  });

  it('opens again when the window is over', async () => {
    const limit = { name: 'test.window', subject: randomUUID(), limit: 1, windowSeconds: 1 };
    await takeRateLimit(limit);
    await expect(takeRateLimit(limit)).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterSeconds: 1 } });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await takeRateLimit(limit);
  });

  it('stores no address and no e-mail, and no count without an end', async () => {
    const subject = `someone-${randomUUID()}@example.com`;
    await takeRateLimit({ name: 'test.stored', subject, limit: 1, windowSeconds: 60 });
    const keys = await getRedis().keys('limit:test.stored:*');
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      expect(key).not.toContain('someone');
      expect(await getRedis().pttl(key)).toBeGreaterThan(0);
    }
    await clearRateLimit('test.stored', subject);
    await takeRateLimit({ name: 'test.stored', subject, limit: 1, windowSeconds: 60 });
  });
});

describe('idempotent requests', () => {
  it('get the first answer again, and another route or person has keys of its own', async () => {
    const request = requestOf();
    expect(await beginIdempotentRequest(request)).toBeUndefined();
    await finishIdempotentRequest(request, { status: 201, body: { id: 'x' } });
    expect(await beginIdempotentRequest(request)).toEqual({ status: 201, body: { id: 'x' } });
    expect(await beginIdempotentRequest({ ...request, route: 'POST /api/other' })).toBeUndefined();
    expect(await beginIdempotentRequest({ ...request, userId: (await createPerson()).userId })).toBeUndefined();
  });

  it('with the same key and another body are refused', async () => {
    const request = requestOf();
    await beginIdempotentRequest(request);
    await expect(beginIdempotentRequest({ ...request, content: '{"a":2}' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
  });

  it('at the same moment run once: the others are told to wait', async () => {
    const request = requestOf();
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => beginIdempotentRequest(request)));
    expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    for (const one of results) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'CONFLICT', retryable: true });
  });

  it('whose process died may be made again after two minutes, by one', async () => {
    const request = requestOf();
    await beginIdempotentRequest(request);
    await getDb().idempotencyKey.updateMany({ where: { key: request.key }, data: { createdAt: new Date(Date.now() - 121_000) } });
    const results = await Promise.allSettled([beginIdempotentRequest(request), beginIdempotentRequest(request)]);
    expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });

  it('that were given back may be made again at once; a finished one is never given back', async () => {
    const request = requestOf();
    await beginIdempotentRequest(request);
    await releaseIdempotentRequest(request);
    expect(await beginIdempotentRequest(request)).toBeUndefined();
    await finishIdempotentRequest(request, { status: 204, body: undefined });
    await releaseIdempotentRequest(request);
    expect(await beginIdempotentRequest(request)).toEqual({ status: 204, body: undefined });
  });
});

describe('deleteExpiredRows', () => {
  it('deletes what has no use any more and nothing else', async () => {
    const db = getDb();
    const day = 86_400_000;
    const old = requestOf();
    const fresh = requestOf();
    for (const request of [old, fresh]) await beginIdempotentRequest(request);
    await db.idempotencyKey.updateMany({ where: { key: old.key }, data: { createdAt: new Date(Date.now() - 1.1 * day) } });
    const ended = createId('session');
    const session = { userId: person.userId, userAgent: '', ipAddress: '' };
    await db.session.create({ data: { ...session, id: ended, expiresAt: new Date(Date.now() + day), endedAt: new Date(Date.now() - 91 * day) } });
    await db.emailToken.create({ data: { id: createId('emailToken'), userId: person.userId, kind: 'RESET_PASSWORD', tokenHash: randomUUID(), expiresAt: new Date(Date.now() - 8 * day) } });

    const deleted = await deleteExpiredRows();
    expect(deleted.idempotencyKeys).toBeGreaterThanOrEqual(1);
    expect(deleted.emailTokens).toBeGreaterThanOrEqual(1);
    expect(await db.idempotencyKey.findMany({ where: { key: { in: [old.key, fresh.key] } }, select: { key: true } })).toEqual([{ key: fresh.key }]);
    expect(await db.session.findUnique({ where: { id: ended } })).toBeNull();
    expect(await person.session()).toBeDefined();
    expect(await db.emailToken.count({ where: { userId: person.userId, kind: 'VERIFY_EMAIL' } })).toBe(1);
  });
});
