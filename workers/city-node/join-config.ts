import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { cityCodeSchema } from '@/lib/control';

const listenerSchema = z.object({ host: z.string().min(1).max(253), port: z.number().int().min(0).max(65_535) });
const secretSchema = z.base64().refine((text) => Buffer.from(text, 'base64').length === 32, 'must be base64 of 32 bytes');

/** `<data>/join.json`: what the portal wrote when this host joined. */
export const joinConfigSchema = z.object({
  hostId: z.string().min(1).max(80),
  /** Signs the control interface. */
  secret: secretSchema,
  /** HMAC key under which access keys are stored. */
  accessKeyPepper: secretSchema,
  cityNodes: z.array(cityCodeSchema).min(1).max(64).refine((codes) => new Set(codes).size === codes.length, 'a city node stands there twice'),
  /** Public door. Port 0: any free one. */
  gateway: listenerSchema,
  /** For the portal and for other hosts. */
  control: listenerSchema,
  /** Where clients reach the gateway. */
  publicUrl: z.url({ protocol: /^https?$/ }).optional(),
});
export type JoinConfig = z.infer<typeof joinConfigSchema>;

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
