import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { assert, dataPath } from '@/lib/platform';
import type { OutgoingMail } from './send-mail';

/**
 * Writes a mail as a file of its own, owner-only: whoever reads a reset link owns the account. The text stands in it
 * unencoded (8bit), so that a link can be copied from a terminal; the HTML part is left out.
 */
export async function writeToOutbox({ from, to, subject, text }: OutgoingMail): Promise<void> {
  const now = new Date();
  const headers = { Date: now.toUTCString(), From: from, To: to, Subject: subject };
  const lines = Object.entries(headers).map(([name, value]) => {
    assert(!/[\r\n]/.test(value), `a mail's ${name} is one line`);
    return `${name}: ${value}`;
  });
  lines.push('Auto-Submitted: auto-generated', 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit');

  const outbox = dataPath('outbox');
  await mkdir(outbox, { recursive: true, mode: 0o700 });
  const name = `${now.toISOString().replaceAll(':', '-')}-${randomBytes(4).toString('hex')}.eml`;
  await writeFile(path.join(outbox, name), `${lines.join('\n')}\n\n${text}`, { mode: 0o600, flag: 'wx' });
}
