import { createHash } from 'node:crypto';
import { AppError, getRedis } from '@/lib/platform';

export interface RateLimit {
  /** What is counted: `sign-in.address`. */
  name: string;
  /** Whose count it is (an address, an account); stored as a hash only. */
  subject: string;
  limit: number;
  windowSeconds: number;
}

// The window opens with the first attempt and is set in the same step: a count without an end would lock somebody out for ever.
const countInWindow = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}`;

/**
 * Counts one attempt.
 * @throws AppError RATE_LIMITED past the limit, with the seconds to wait; UNAVAILABLE while Redis is away: without a
 * count nobody gets in, since an attacker who can stop Redis must not gain unlimited guesses.
 */
export async function takeRateLimit({ name, subject, limit, windowSeconds }: RateLimit): Promise<void> {
  const [count, leftMs] = await counted(() => getRedis().eval(countInWindow, 1, keyOf(name, subject), windowSeconds * 1000));
  if (count <= limit) return;
  const retryAfterSeconds = Math.max(1, Math.ceil(leftMs / 1000));
  throw new AppError('RATE_LIMITED', { retryAfterSeconds }, {
    publicMessage: `Too many attempts. Try again in ${inWords(retryAfterSeconds)}.`,
    message: `rate limit ${name} (${limit} in ${windowSeconds} s)`,
  });
}

/** Forgets the attempts, after one that proved to be the owner's. */
export async function clearRateLimit(name: string, subject: string): Promise<void> {
  await reached(() => getRedis().del(keyOf(name, subject)));
}

function keyOf(name: string, subject: string): string {
  return `limit:${name}:${createHash('sha256').update(subject).digest('base64url')}`;
}

async function counted(command: () => Promise<unknown>): Promise<[number, number]> {
  const [count, leftMs] = (await reached(command)) as [number, number];
  return [count, leftMs];
}

async function reached<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (cause) {
    throw new AppError('UNAVAILABLE', { what: 'redis' }, {
      publicMessage: 'The portal cannot check this just now. Try again in a moment.',
      cause,
    });
  }
}

function inWords(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
