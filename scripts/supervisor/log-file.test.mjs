import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lastLines, openLogFile } from './log-file.mjs';

let directory;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'chainworks-log-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('never grows beyond two files, and keeps the newest lines', () => {
  const log = openLogFile(directory, 'web', 1000);
  for (let i = 0; i < 500; i++) log.write(`line ${i}\n`);
  log.close();
  expect(readdirSync(directory)).toEqual(['web.log', 'web.log.1']);
  const size = readdirSync(directory).reduce((sum, name) => sum + statSync(path.join(directory, name)).size, 0);
  expect(size).toBeLessThan(2100);
  expect(lastLines(log.file, 1)).toBe('line 499');
});

it('goes on in the file of the last run, readable by its owner only', () => {
  for (const text of ['first run\n', 'second run\n']) {
    const log = openLogFile(directory, 'web');
    log.write(text);
    log.close();
  }
  const file = path.join(directory, 'web.log');
  expect(readFileSync(file, 'utf8')).toBe('first run\nsecond run\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
