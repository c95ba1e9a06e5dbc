import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareLedgers } from './compare-ledgers.mjs';
import { readMigrations } from './load-database.mjs';
import { checkFiles, readManifest, writeManifest } from './manifest.mjs';
import { formatBytes, requireSpace } from './space.mjs';
import { sortByDependence } from './tables.mjs';

const home = mkdtempSync(path.join(os.tmpdir(), 'chainworks-manifest-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const inside = (name, text) => writeFileSync(path.join(home, name), text);

describe('a manifest', () => {
  it('names every file, and tells a changed, a shortened and a missing one', async () => {
    inside('a', 'first');
    inside('b', 'second');
    const manifest = await writeManifest(home, { version: '1', takenAt: 'now', database: { tables: [] }, ledgers: {} });
    expect(readManifest(home)).toEqual(manifest);
    await checkFiles(home, manifest);
    inside('b', 'Second');
    await expect(checkFiles(home, manifest)).rejects.toThrow(/\/b is not as it was written/);
    inside('b', 'sec');
    await expect(checkFiles(home, manifest)).rejects.toThrow(/\/b has 3 bytes instead of 6/);
    rmSync(path.join(home, 'b'));
    await expect(checkFiles(home, manifest)).rejects.toThrow(/\/b is missing/);
  });

  it('that leads outside of the backup is not followed', async () => {
    await expect(checkFiles(home, { files: [{ path: '../../etc/passwd', bytes: 1, sha256: '' }] })).rejects.toThrow('outside of the backup');
  });

  it.each([['{', 'is damaged'], ['{"format":9,"version":"7.1"}', 'Restore it with Chainworks 7.1'], ['{"format":1}', 'something is missing']])('is refused when it is %s', (text, message) => {
    inside('manifest.json', text);
    expect(() => readManifest(home)).toThrow(message);
  });
});

describe('tables', () => {
  it('come after those that their rows point to', () => {
    const table = (name, ...dependsOn) => ({ name, dependsOn });
    expect(sortByDependence([table('Line', 'Entry', 'Account'), table('Entry'), table('Session', 'User'), table('Account'), table('User')]).map(({ name }) => name)).toEqual(['Entry', 'Account', 'User', 'Line', 'Session']);
    expect(() => sortByDependence([table('A', 'B'), table('B', 'A')])).toThrow('A, B point to each other');
  });

  it('are not filled under migrations that this program does not have', () => {
    expect(() => readMigrations([{ name: '20990101000000_future', checksum: '' }])).toThrow('made by a newer Chainworks');
    expect(() => readMigrations([{ name: '20261120112000_append_only_audit', checksum: 'other' }])).toThrow('is not the one that the backup was made with');
  });
});

describe('a restored ledger', () => {
  const head = { chain: 'tide', height: 3, hash: 'aa' };
  const ledger = (heads, faults = []) => [{ directory: 'host/SIN', cityNode: 'SIN', heads, faults }];

  it('is the same only with every peer at its block', () => {
    expect(compareLedgers(ledger([head]), ledger([head]))).toEqual([]);
    expect(compareLedgers(ledger([head]), ledger([{ ...head, height: 2 }]))).toEqual(['tide in host/SIN is at block 2 aa instead of 3 aa']);
    expect(compareLedgers(ledger([head]), ledger([], [{ chain: 'tide', reason: 'torn' }]))).toEqual(['tide in host/SIN cannot be opened: torn']);
    expect(compareLedgers(ledger([]), ledger([head]))).toEqual(['tide in host/SIN is not in the backup']);
    expect(compareLedgers(ledger([head]), [])).toEqual(['host/SIN is missing']);
  });

  it('that was broken when it was saved may still be', () => {
    const broken = ledger([], [{ chain: 'tide', reason: 'torn' }]);
    expect(compareLedgers(broken, broken)).toEqual([]);
  });
});

describe('space', () => {
  it('is looked for before anything is written', () => {
    const statfs = () => ({ bavail: 10, bsize: 4096 });
    requireSpace(home, 40_960, 'A backup', statfs);
    expect(() => requireSpace(path.join(home, 'not', 'yet'), 40_961, 'A backup', statfs)).toThrow(/A backup needs about 41\.0 kB .* 41\.0 kB are free/);
    expect([0, 999, 1500, 250e6, 3.21e12].map(formatBytes)).toEqual(['0 bytes', '999 bytes', '1.5 kB', '250 MB', '3.2 TB']);
  });
});
