import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { AppError, dataPath, getEnv } from '@/lib/platform';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html?: string;
}

/**
 * Hands a mail to the SMTP server of SMTP_URL, or without one writes it to `<data>/outbox`, readable by the machine's
 * owner only. Call it in the process that made the mail: one that carries a token must not pass a queue or the database.
 * @throws AppError UNAVAILABLE when the server does not take it within about ten seconds.
 */
export async function sendMail(mail: Mail): Promise<void> {
  const { SMTP_URL, MAIL_FROM } = getEnv();
  const message = { from: MAIL_FROM, ...mail, headers: { 'Auto-Submitted': 'auto-generated' } };
  try {
    if (SMTP_URL) await sendBySmtp(SMTP_URL, message);
    else await writeToOutbox(message);
  } catch (cause) {
    throw new AppError('UNAVAILABLE', { what: 'mail server' }, {
      publicMessage: 'The mail could not be sent just now. Try again in a few minutes.',
      cause,
    });
  }
}

type Message = Mail & { from: string; headers: Record<string, string> };

// A silent server must not hold a request for nodemailer's default of ten minutes.
const timeoutsMs = { dnsTimeout: 5_000, connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 };

async function sendBySmtp(url: string, message: Message): Promise<void> {
  const transport = createTransport({ url, ...timeoutsMs });
  try {
    await transport.sendMail(message);
  } finally {
    transport.close();
  }
}

async function writeToOutbox(message: Message): Promise<void> {
  const { message: bytes } = await createTransport({ streamTransport: true, buffer: true, newline: 'unix' }).sendMail(message);
  const outbox = dataPath('outbox');
  await mkdir(outbox, { recursive: true, mode: 0o700 });
  const name = `${new Date().toISOString().replaceAll(':', '-')}-${randomBytes(4).toString('hex')}.eml`;
  await writeFile(path.join(outbox, name), bytes as Buffer, { mode: 0o600, flag: 'wx' });
}
