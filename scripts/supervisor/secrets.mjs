// Secrets are made at the first start, one set per data directory; none has a default.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dataLayout } from './project.mjs';
import { SetupError } from './setup-error.mjs';

/** 32 random bytes each: keys in base64, as lib/platform/env.ts reads them; passwords in hex, which URLs take as it is. */
const encodings = {
  authSecret: 'base64',
  keyEncryptionKey: 'base64',
  accessKeyPepper: 'base64',
  postgresPassword: 'hex',
  redisPassword: 'hex',
};

function writePrivate(file, text) {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600, flush: true });
  renameSync(temporary, file);
}

/** Makes what is missing in `<data>/secrets.json` and `<data>/admin-password` (both 0600); gives the secrets. */
export function ensureSecrets(data) {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const files = dataLayout(data);
  const secrets = existsSync(files.secrets) ? readSecrets(files.secrets) : {};
  const missing = Object.keys(encodings).filter((name) => !secrets[name]);
  if (missing.length > 0) {
    for (const name of missing) secrets[name] = randomBytes(32).toString(encodings[name]);
    writePrivate(files.secrets, `${JSON.stringify(secrets, null, 2)}\n`);
  }
  if (!existsSync(files.adminPassword)) writePrivate(files.adminPassword, `${randomBytes(15).toString('base64url')}\n`);
  for (const file of [files.secrets, files.adminPassword]) chmodSync(file, 0o600);
  return secrets;
}

/** Throws when they cannot be read. */
export function readSecrets(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new SetupError(
      `${path.resolve(file)} cannot be read as JSON (${cause.message}). It holds the keys of everything stored beside it:\n` +
        'put back a copy of it, or choose a new data directory with --data.',
    );
  }
}
