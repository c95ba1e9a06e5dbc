import { createTransport } from 'nodemailer';
import { AppError, getEnv } from '@/lib/platform';
import { writeToOutbox } from './write-to-outbox';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html?: string;
}

export type OutgoingMail = Mail & { from: string };

// A silent server must not hold a request for nodemailer's default of ten minutes.
const timeoutsMs = { dnsTimeout: 5_000, connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 };

/**
 * Hands a mail to the SMTP server of SMTP_URL, or without one writes it to `<data>/outbox`, readable by the machine's
 * owner only. Call it in the process that made the mail: one that carries a token must not pass a queue or the database.
 * @throws AppError UNAVAILABLE when the server does not take it within about ten seconds.
 */
export async function sendMail(mail: Mail): Promise<void> {
  const { SMTP_URL, MAIL_FROM } = getEnv();
  const outgoing = { from: MAIL_FROM, ...mail };
  try {
    if (SMTP_URL) await sendBySmtp(SMTP_URL, outgoing);
    else await writeToOutbox(outgoing);
  } catch (cause) {
    throw new AppError('UNAVAILABLE', { what: 'mail server' }, {
      publicMessage: 'The mail could not be sent just now. Try again in a few minutes.',
      cause,
    });
  }
}

async function sendBySmtp(url: string, mail: OutgoingMail): Promise<void> {
  const transport = createTransport({ url, ...timeoutsMs });
  try {
    await transport.sendMail({ ...mail, headers: { 'Auto-Submitted': 'auto-generated' } });
  } finally {
    transport.close();
  }
}
