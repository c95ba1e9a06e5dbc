import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listBackups, nameOfBackup, removeOldBackups, removeUnfinished } from './retention.mjs';

let home;
beforeEach(() => (home = mkdtempSync(path.join(os.tmpdir(), 'chainworks-retention-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

function given(name, isComplete = true) {
  mkdirSync(path.join(home, name));
  if (isComplete) writeFileSync(path.join(home, name, 'manifest.json'), '{}');
  return name;
}

describe('old backups', () => {
  it('go, the oldest first, and the newest stay', () => {
    const names = [3, 1, 2].map((day) => given(nameOfBackup(new Date(Date.UTC(2026, 10, day, 2, 30)))));
    expect(removeOldBackups(home, 2)).toEqual([names[1]]);
    expect(listBackups(home)).toEqual([names[2], names[0]]);
  });

  it('that are not complete count neither as kept nor as old, and nobody else’s directory is touched', () => {
    const complete = given('chainworks-2026-11-01T02-30-00Z');
    given('chainworks-2026-11-02T02-30-00Z', false);
    given('chainworks-notes');
    expect(removeOldBackups(home, 1)).toEqual([]);
    expect(listBackups(home)).toEqual([complete]);
    expect(removeUnfinished(home)).toEqual(['chainworks-2026-11-02T02-30-00Z']);
    expect(readdirSync(home).sort()).toEqual([complete, 'chainworks-notes']);
    expect(existsSync(path.join(home, complete, 'manifest.json'))).toBe(true);
  });
});
