import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@playwright/test';

const { CHAINWORKS_TEST_DATA: data = '' } = process.env;

/** What a person finds in their mailbox: the newest mail to this address that leads to this page; waits for it. */
export async function linkFromMail(email: string, page: '/verify-email' | '/reset-password'): Promise<string> {
  let link: string | undefined;
  await expect.poll(async () => (link = await findLink(email, page)), { message: `a mail to ${email} that leads to ${page}` }).toBeDefined();
  return link ?? '';
}

async function findLink(email: string, page: string): Promise<string | undefined> {
  const outbox = path.join(data, 'outbox');
  const names = await readdir(outbox).catch((error: NodeJS.ErrnoException) => {
    // Made with the first mail.
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const mails = await Promise.all(names.sort().map((name) => readFile(path.join(outbox, name), 'utf8')));
  return mails.filter((mail) => mail.includes(`\nTo: ${email}\n`)).flatMap((mail) => mail.match(new RegExp(`\\nhttp\\S+${page}#token=[\\w-]+`)) ?? []).at(-1)?.trim();
}
