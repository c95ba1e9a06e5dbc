import { describe, expect, it } from 'vitest';
import type { AccessKeyRecord } from '@/lib/control';
import { createAccessKeySecret, formatAccessKey, hashAccessKeySecret, parseAccessKey } from './index';
import { AccessKeyTable } from './access-key-table';

const pepper = Buffer.alloc(32, 3);
const nowMs = 1_790_000_000_000;

function makeKey(change: Partial<AccessKeyRecord> = {}) {
  const secret = createAccessKeySecret();
  const record: AccessKeyRecord = {
    id: 'ck_01jd0000000000000000000000',
    chain: 'tide-4417',
    kind: 'header',
    scope: 'write',
    secretHmac: Buffer.from(hashAccessKeySecret(pepper, secret)).toString('base64'),
    origins: [],
    revoked: false,
    version: 1,
    ...change,
  };
  return { record, key: { id: record.id, secret } };
}

const use = { chain: 'tide-4417', kind: 'header', nowMs } as const;

describe('access keys', () => {
  it('have 256 bits of secret and survive their text form', () => {
    const secrets = new Set(Array.from({ length: 200 }, createAccessKeySecret));
    expect(secrets.size).toBe(200);
    for (const secret of secrets) {
      expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
      const key = { id: 'ck_01jd0000000000000000000000', secret };
      expect(parseAccessKey(formatAccessKey(key))).toEqual(key);
    }
  });

  it.each(['', 'ck_abc', 'ck_01jd0000000000.short', 'xx_01jd0000000000.' + 'a'.repeat(43), 'ck_01jd0000000000.' + 'a'.repeat(44), 'ck_01jd0000000000.' + 'a'.repeat(42) + '/', ' ck_01jd0000000000.' + 'a'.repeat(43)])(
    'of another form are no keys: %j',
    (text) => expect(parseAccessKey(text)).toBeUndefined(),
  );

  it('are stored under the pepper: another pepper gives another HMAC', () => {
    expect(hashAccessKeySecret(pepper, 'a')).toHaveLength(32);
    expect(hashAccessKeySecret(pepper, 'a')).toEqual(hashAccessKeySecret(pepper, 'a'));
    expect(hashAccessKeySecret(pepper, 'a')).not.toEqual(hashAccessKeySecret(Buffer.alloc(32, 4), 'a'));
  });
});

describe('AccessKeyTable', () => {
  it('lets in the holder of the secret and nobody else', () => {
    const table = new AccessKeyTable(pepper);
    const { record, key } = makeKey();
    table.put(record);
    expect(table.check(key, use)).toEqual({ ok: true, record });
    expect(table.check({ ...key, secret: createAccessKeySecret() }, use)).toEqual({ ok: false, reason: 'unknown' });
    expect(table.check({ ...key, id: 'ck_01jd0000000000000000000001' }, use)).toEqual({ ok: false, reason: 'unknown' });
  });

  it('answers for a key of another sub-chain or kind as for an unknown one', () => {
    const table = new AccessKeyTable(pepper);
    const { record, key } = makeKey();
    table.put(record);
    expect(table.check(key, { ...use, chain: 'tide-4418' })).toEqual({ ok: false, reason: 'unknown' });
    expect(table.check(key, { ...use, kind: 'url' })).toEqual({ ok: false, reason: 'unknown' });
  });

  it('does not tell whoever lacks the secret that a key is revoked or expired', () => {
    const table = new AccessKeyTable(pepper);
    const { record, key } = makeKey({ revoked: true });
    table.put(record);
    expect(table.check(key, use)).toEqual({ ok: false, reason: 'revoked' });
    expect(table.check({ ...key, secret: createAccessKeySecret() }, use)).toEqual({ ok: false, reason: 'unknown' });
  });

  it('refuses from the moment of expiry on, and at once after a revocation', () => {
    const table = new AccessKeyTable(pepper);
    const { record, key } = makeKey({ expiresAtMs: nowMs + 1 });
    table.put(record);
    expect(table.check(key, use).ok).toBe(true);
    expect(table.check(key, { ...use, nowMs: nowMs + 1 })).toEqual({ ok: false, reason: 'expired' });
    table.put({ ...record, revoked: true, version: 2 });
    expect(table.check(key, use)).toEqual({ ok: false, reason: 'revoked' });
  });

  it('never lets in by a record with a broken HMAC', () => {
    const table = new AccessKeyTable(pepper);
    const { record, key } = makeKey({ secretHmac: '' });
    table.put(record);
    expect(table.check(key, use).ok).toBe(false);
  });

  it('forgets the keys of a removed sub-chain and no others', () => {
    const table = new AccessKeyTable(pepper);
    const mine = makeKey();
    const other = makeKey({ id: 'ck_01jd0000000000000000000002', chain: 'tide-4418' });
    table.put(mine.record);
    table.put(other.record);
    table.removeChain('tide-4417');
    expect(table.check(mine.key, use).ok).toBe(false);
    expect(table.list()).toEqual([other.record]);
  });

  it('tells a preflight about the origins of live keys only', () => {
    const table = new AccessKeyTable(pepper);
    const { record } = makeKey({ origins: ['https://shop.example'], expiresAtMs: nowMs + 10 });
    table.put(record);
    expect(table.allowsOrigin('tide-4417', 'https://shop.example', nowMs)).toBe(true);
    expect(table.allowsOrigin('tide-4417', 'https://shop.example.evil.example', nowMs)).toBe(false);
    expect(table.allowsOrigin('tide-4418', 'https://shop.example', nowMs)).toBe(false);
    expect(table.allowsOrigin('tide-4417', 'https://shop.example', nowMs + 10)).toBe(false);
    table.put({ ...record, revoked: true });
    expect(table.allowsOrigin('tide-4417', 'https://shop.example', nowMs)).toBe(false);
  });

  it('asks each expired or revoked key once at most about an origin, however many there were', () => {
    const table = new AccessKeyTable(pepper);
    let asked = 0;
    const origins = new Proxy(['https://shop.example'], { get: (list, name, self) => ((asked += name === 'includes' ? 1 : 0), Reflect.get(list, name, self)) });
    for (let n = 0; n < 500; n++) {
      const { record } = makeKey({ id: `ck_01jd${n.toString().padStart(22, '0')}`, origins, ...(n % 2 ? { expiresAtMs: nowMs + 1 } : {}) });
      table.put(record);
      if (n % 2 === 0) table.put({ ...record, revoked: true, version: 2 });
    }
    const { record } = makeKey({ origins: ['https://moss.example'] });
    table.put(record);
    for (let n = 0; n < 3; n++) expect(table.allowsOrigin('tide-4417', 'https://shop.example', nowMs + 1)).toBe(false);
    expect(asked).toBe(0);
    expect(table.allowsOrigin('tide-4417', 'https://moss.example', nowMs + 1)).toBe(true);
    table.remove(record.id);
    expect(table.get(record.id)).toBeUndefined();
    expect(table.allowsOrigin('tide-4417', 'https://moss.example', nowMs + 1)).toBe(false);
  });
});
