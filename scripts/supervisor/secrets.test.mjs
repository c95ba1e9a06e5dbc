import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSecrets } from './secrets.mjs';

let data;
beforeEach(() => {
  data = mkdtempSync(path.join(os.tmpdir(), 'chainworks-secrets-'));
});
afterEach(() => rmSync(data, { recursive: true }));

const modeOf = (name) => statSync(path.join(data, name)).mode & 0o777;

describe('secrets are made at the first start', () => {
  it('makes each once, different in every installation, and keeps it', () => {
    const first = ensureSecrets(data);
    expect(new Set(Object.values(first)).size).toBe(5);
    expect(ensureSecrets(data)).toEqual(first);
    expect(ensureSecrets(path.join(data, 'other')).authSecret).not.toBe(first.authSecret);
    expect(Buffer.from(first.keyEncryptionKey, 'base64')).toHaveLength(32);
  });

  it('lets nobody but the owner read them, also after somebody opened them up', () => {
    ensureSecrets(data);
    chmodSync(path.join(data, 'secrets.json'), 0o644);
    ensureSecrets(data);
    expect([modeOf('secrets.json'), modeOf('admin-password')]).toEqual([0o600, 0o600]);
  });

  it('keeps the old ones when a later version needs one more', () => {
    const first = ensureSecrets(data);
    const { redisPassword: _, ...older } = first;
    writeFileSync(path.join(data, 'secrets.json'), JSON.stringify(older));
    expect(ensureSecrets(data)).toMatchObject(older);
  });

  it('never replaces a file that it cannot read', () => {
    writeFileSync(path.join(data, 'secrets.json'), '{"authSecret":');
    expect(() => ensureSecrets(data)).toThrow(/cannot be read as JSON[\s\S]*put back a copy/);
    expect(readFileSync(path.join(data, 'secrets.json'), 'utf8')).toBe('{"authSecret":');
  });
});
