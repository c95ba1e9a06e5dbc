import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { dataPath } from '@/lib/platform';
import type { CurrentSession } from '../current-session';
import { findSession } from '../find-session';
import type { RequestOrigin } from '../request-origin';
import { signUp } from '../sign-up';

/** A password that no list has, different for each call. */
export function freshPassword(): string {
  return `kelp ${randomBytes(9).toString('hex')} turbine`;
}

/** A request from an address of its own, so that tests do not use up each other's rate limits. */
export function freshOrigin(userAgent = 'curl/8.5.0'): RequestOrigin {
  const [a, b, c] = randomBytes(3);
  return { requestId: `req_${randomBytes(6).toString('hex')}`, ipAddress: `10.${a}.${b}.${c}`, userAgent };
}

export interface Person {
  email: string;
  password: string;
  userId: string;
  organisationId: string;
  sessionId: string;
  origin: RequestOrigin;
  /** Read anew from the rows; fails when the session is over. */
  session(): Promise<CurrentSession>;
}

/** Somebody who has just signed up, with an organisation of one. */
export async function createPerson(input: { name?: string; organisation?: string; email?: string } = {}): Promise<Person> {
  const email = input.email ?? `person-${randomBytes(6).toString('hex')}@example.com`;
  const password = freshPassword();
  const origin = freshOrigin();
  const { userId, organisationId, sessionId, mail } = await signUp({ ...input, email, password }, origin);
  await mail;
  const session = async () => {
    const current = await findSession(sessionId);
    if (!current) throw new Error('the session is over');
    return current;
  };
  return { email, password, userId, organisationId, sessionId, origin, session };
}

/** Mails to this address in the outbox, oldest first. */
export async function mailsTo(email: string): Promise<string[]> {
  const outbox = dataPath('outbox');
  const mails: string[] = [];
  for (const name of (await readdir(outbox)).sort()) {
    const text = await readFile(path.join(outbox, name), 'utf8');
    if (text.includes(`\nTo: ${email}\n`)) mails.push(text);
  }
  return mails;
}

/** The token in the newest mail to this address whose link leads to `page`. */
export async function tokenFromMail(email: string, page: '/verify-email' | '/reset-password'): Promise<string> {
  const tokens = (await mailsTo(email)).flatMap((mail) => mail.match(new RegExp(`${page}#token=([\\w-]{43})\\n`))?.[1] ?? []);
  const newest = tokens.at(-1);
  if (!newest) throw new Error(`no mail to ${email} leads to ${page}`);
  return newest;
}
