import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/**
 * The only place that reads the environment. Parsed once, at first use, so that a process with a wrong setting
 * fails at boot with a message that names the variable.
 */
const envSchema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  /** postgresql://user:password@host:port/database */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** redis://[:password@]host:port[/db] */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Directory of everything this installation keeps outside the database. */
  CHAINWORKS_DATA: z.string().min(1),
  /** JSON file with the secrets made at first start, readable by its owner only. */
  CHAINWORKS_SECRETS: z.string().min(1),
  /** Address under which browsers reach the portal; used in mails and for the origin check. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }),
  /** smtp://user:password@host:port; absent: mails are written to `<data>/outbox`. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z.string().default('Chainworks <no-reply@localhost>'),
  /** `test`: a test card, and every page, invoice and ledger row says TEST. There is no live provider yet. */
  PAYMENTS: z.enum(['test']).default('test'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Number of reverse proxies in front of the portal whose X-Forwarded-For entry is believed. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(8).default(0),
  /** Port on which the worker answers /readyz. */
  WORKER_HEALTH_PORT: z.coerce.number().int().min(0).max(65535).default(0),
});

export type Env = z.infer<typeof envSchema>;

const secretsSchema = z.object({
  /** Signs session tokens. */
  authSecret: z.string().min(32),
  /** 32 bytes, base64: encrypts what the database must be able to give back (host control secrets, keys of the certificate authority). */
  keyEncryptionKey: z.base64().refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes'),
  /** 32 bytes, base64: HMAC key under which access keys are stored. */
  accessKeyPepper: z.base64().refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes'),
});

export type Secrets = z.infer<typeof secretsSchema>;

let env: Env | undefined;
let secrets: Secrets | undefined;

/** The parsed environment; throws an error that lists each wrong variable. */
export function getEnv(): Env {
  if (env) return env;
  env = parseEnv(process.env);
  return env;
}

/** Parses settings; an empty value counts as absent. Throws an error that lists each wrong variable by name. */
export function parseEnv(values: Readonly<Record<string, string | undefined>>): Env {
  const present = Object.fromEntries(Object.entries(values).filter(([, value]) => value));
  const parsed = envSchema.safeParse(present);
  if (!parsed.success) throw new Error(`The environment is not complete:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Secrets made at first start; read from the file, never from the environment, where child processes would see them. */
export function getSecrets(): Secrets {
  if (secrets) return secrets;
  const file = getEnv().CHAINWORKS_SECRETS;
  const parsed = secretsSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file} is not complete:\n${z.prettifyError(parsed.error)}`);
  secrets = parsed.data;
  return secrets;
}

/** Path below the data directory. */
export function dataPath(...parts: string[]): string {
  return path.resolve(getEnv().CHAINWORKS_DATA, ...parts);
}
