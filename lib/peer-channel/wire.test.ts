import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkWire, wire } from './wire';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'wire-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('a program that lacks its messages, or their loader, is told so before it has any', async () => {
  const here = pathToFileURL(path.join(directory, 'program.mjs')).href;
  await expect(checkWire(here)).rejects.toThrow(/peer-channel\.proto cannot be read.*npm start/);
  await copyFile(path.join(import.meta.dirname, 'peer-channel.proto'), path.join(directory, 'peer-channel.proto'));
  await expect(checkWire(here)).rejects.toThrow(/@grpc\/proto-loader is not installed.*npm start/);
});

it('what the check looks at is what the first message needs', async () => {
  await expect(checkWire()).resolves.toBeUndefined();
  const request = { chain: 'tide-1', cityNode: 'SIN', from: 3, limit: 2 };
  expect(wire.fetchBlocks.decodeRequest(wire.fetchBlocks.encodeRequest(request))).toEqual({ ok: true, value: request });
});
