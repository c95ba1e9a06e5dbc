import { describe, expect, it } from 'vitest';
import { parseEnv } from './env';

const complete = {
  DATABASE_URL: 'postgresql://app:secret@127.0.0.1:5432/chainworks',
  REDIS_URL: 'redis://:secret@127.0.0.1:6379',
  CHAINWORKS_DATA: '/var/lib/chainworks',
  CHAINWORKS_SECRETS: '/var/lib/chainworks/secrets.json',
  PUBLIC_URL: 'http://127.0.0.1:3000',
};

describe('parseEnv', () => {
  it('names every variable that is missing or wrong at once, so that one restart mends them all', () => {
    const { DATABASE_URL: _missing, ...rest } = complete;
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'PAYMENTS']) {
      expect(() => parseEnv({ ...rest, REDIS_URL: 'http://127.0.0.1', PAYMENTS: 'live' })).toThrow(name);
    }
  });

  it('takes an empty value for absent, as shells and compose files write it', () => {
    expect(parseEnv({ ...complete, SMTP_URL: '' }).SMTP_URL).toBeUndefined();
  });

  it('never accepts real money: there is no live provider', () => {
    expect(parseEnv(complete).PAYMENTS).toBe('test');
    expect(() => parseEnv({ ...complete, PAYMENTS: 'live' })).toThrow(/PAYMENTS/);
  });

  it('refuses a database that is not PostgreSQL', () => {
    expect(() => parseEnv({ ...complete, DATABASE_URL: 'mysql://127.0.0.1/x' })).toThrow(/DATABASE_URL/);
  });
});
