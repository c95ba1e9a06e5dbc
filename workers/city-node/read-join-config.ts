import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { joinConfigSchema, type JoinConfig } from '@/lib/control';

/** Reads `<data>/join.json`; throws an error that says what is wrong with it and what to do. */
export async function readJoinConfig(directory: string): Promise<JoinConfig> {
  const file = path.join(directory, 'join.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: join this host at the portal first, with this directory as --data.`, { cause: error });
  }
  if (((await stat(file)).mode & 0o077) !== 0) throw new Error(`${file} holds secrets and is readable by others: run chmod 600 on it.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message quotes the file, which holds secrets.
    throw new Error(`${file} is not JSON: join this host anew.`);
  }
  const parsed = joinConfigSchema.safeParse(json);
  if (!parsed.success) throw new Error(`${file} is not complete; join this host anew:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
