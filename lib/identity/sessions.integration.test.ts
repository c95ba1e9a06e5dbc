import { beforeEach, describe, expect, it } from 'vitest';
import { getDb } from '@/lib/platform';
import { endOtherSessions } from './end-other-sessions';
import { endSession } from './end-session';
import { findSession } from './find-session';
import { listSessions } from './list-sessions';
import { signIn } from './sign-in';
import { createPerson, freshOrigin, type Person } from './testing';

const dayMs = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs);

let person: Person;
beforeEach(async () => {
  person = await createPerson();
});

const signInAgain = async () => (await signIn({ email: person.email, password: person.password }, freshOrigin())).sessionId;

describe('findSession', () => {
  it('lets nobody in by an ended, expired, idle or unknown session', async () => {
    const db = getDb();
    const update = (data: object) => db.session.update({ where: { id: person.sessionId }, data });
    expect(await findSession(person.sessionId)).toBeDefined();

    await update({ lastSeenAt: daysAgo(13.9) });
    expect(await findSession(person.sessionId)).toBeDefined();
    await update({ lastSeenAt: daysAgo(14.1) });
    expect(await findSession(person.sessionId)).toBeUndefined();

    await update({ lastSeenAt: new Date(), expiresAt: new Date(Date.now() - 1) });
    expect(await findSession(person.sessionId)).toBeUndefined();

    await update({ expiresAt: new Date(Date.now() + dayMs), endedAt: new Date() });
    expect(await findSession(person.sessionId)).toBeUndefined();

    expect(await findSession('ses_01m7wc417f02rjk0chzjwg2f1f')).toBeUndefined();
  });

  it('does not outlive 30 days, however often it is used', async () => {
    await getDb().session.update({ where: { id: person.sessionId }, data: { createdAt: daysAgo(30), expiresAt: daysAgo(0), lastSeenAt: new Date() } });
    expect(await findSession(person.sessionId)).toBeUndefined();
  });

  it('notes the visit at most once a minute, so that reading a page does not write a row each time', async () => {
    const db = getDb();
    const lastSeenAt = async () => (await db.session.findUniqueOrThrow({ where: { id: person.sessionId } })).lastSeenAt.getTime();
    const first = await lastSeenAt();
    await findSession(person.sessionId);
    expect(await lastSeenAt()).toBe(first);
    await db.session.update({ where: { id: person.sessionId }, data: { lastSeenAt: new Date(Date.now() - 61_000) } });
    const visitedMs = Date.now();
    await findSession(person.sessionId);
    expect(await lastSeenAt()).toBeGreaterThanOrEqual(visitedMs);
  });

  it('gives rights as they are now: a withdrawn membership counts at the next request', async () => {
    expect((await findSession(person.sessionId))?.organisations).toHaveLength(1);
    await getDb().membership.deleteMany({ where: { userId: person.userId } });
    expect((await findSession(person.sessionId))?.organisations).toHaveLength(0);
  });
});

describe('endSession', () => {
  it('ends another browser of the same person at its next request, with an audit row', async () => {
    const other = await signInAgain();
    await endSession(await person.session(), other, person.origin);
    expect(await findSession(other)).toBeUndefined();
    expect(await findSession(person.sessionId)).toBeDefined();
    expect(await getDb().auditEvent.findMany({ where: { action: 'session.end', subjectId: other } })).toMatchObject([{ actorUserId: person.userId }]);
  });

  it('repeated, changes nothing and writes no second audit row', async () => {
    const other = await signInAgain();
    const session = await person.session();
    await Promise.all([endSession(session, other, person.origin), endSession(session, other, person.origin)]);
    await endSession(session, other, person.origin);
    expect(await getDb().auditEvent.count({ where: { action: 'session.end', subjectId: other } })).toBe(1);
  });

  it('never ends another person’s session: it looks absent', async () => {
    const stranger = await createPerson();
    await expect(endSession(await person.session(), stranger.sessionId, person.origin)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await stranger.session()).toBeDefined();
  });
});

describe('endOtherSessions', () => {
  it('leaves only the browser that asks, and other people alone', async () => {
    const stranger = await createPerson();
    const others = [await signInAgain(), await signInAgain()];
    expect(await endOtherSessions(await person.session(), person.origin)).toEqual({ ended: 2 });
    for (const id of others) expect(await findSession(id)).toBeUndefined();
    expect(await findSession(person.sessionId)).toBeDefined();
    expect(await stranger.session()).toBeDefined();
    expect(await endOtherSessions(await person.session(), person.origin)).toEqual({ ended: 0 });
    const events = await getDb().auditEvent.findMany({ where: { action: 'session.end-others', subjectId: person.userId } });
    expect(events).toHaveLength(1);
    expect(events[0]?.details).toMatchObject({ sessionIds: expect.arrayContaining(others) });
  });
});

describe('listSessions', () => {
  it('shows the asking browser first and only live sessions of this person', async () => {
    const [second, third] = [await signInAgain(), await signInAgain()];
    await endSession(await person.session(), third, person.origin);
    await createPerson();
    const list = await listSessions(await person.session());
    expect(list.map(({ id, current }) => ({ id, current }))).toEqual([
      { id: person.sessionId, current: true },
      { id: second, current: false },
    ]);
    expect(list[0]).toMatchObject({ device: 'curl', ipAddress: person.origin.ipAddress });
  });
});
