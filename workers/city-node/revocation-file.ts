import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { ControlLogger } from '@/lib/control';
import { isX509Refusal, readRevocationLists, type RevocationListFacts } from '@/lib/x509';

const fileName = 'revocations.pem';

/** The lists that were written; none where the file is absent or damaged, because the portal sends them again. */
export async function readListFile(directory: string, logger: ControlLogger): Promise<RevocationListFacts[]> {
  const file = path.join(directory, fileName);
  try {
    return readRevocationLists(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    if (!isX509Refusal(error)) throw error;
    logger.warn({ file, err: error.message }, 'revocation lists cannot be read; the portal sends them again');
    return [];
  }
}

/** Whole or not at all; durable when it resolves. */
export async function writeListFile(directory: string, pem: string): Promise<void> {
  const file = path.join(directory, fileName);
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(pem);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  const parent = await open(directory, 'r');
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}
