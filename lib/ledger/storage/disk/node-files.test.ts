import fs from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { createPowerCutFiles } from '../../testing/power-cut-files';
import { createTemporaryDirectory } from '../../testing/temporary-directory';
import type { FilePort } from './file-port';
import { nodeFiles } from './node-files';

const home = createTemporaryDirectory();
afterAll(() => home.remove());

// What the storage relies on must hold for the real disk and for the one that forgets alike.
describe.each<[string, FilePort, string]>([
  ['the real disk', nodeFiles, `${home.path}/real`],
  ['the disk that forgets', createPowerCutFiles(), '/forgets'],
])('%s', (_name, files, directory) => {
  it('appends, reads back, cuts off and appends again', async () => {
    files.makeDirectory(directory);
    const file = files.create(`${directory}/a`);
    expect([file.sizeBytes(), file.read(0, 10).length]).toEqual([0, 0]);
    file.append(Buffer.from('hello '));
    file.append(Buffer.from('world'));
    await file.sync();
    expect(Buffer.from(file.read(0, 100)).toString()).toBe('hello world');
    expect(Buffer.from(file.read(6, 3)).toString()).toBe('wor');
    expect(file.read(11, 5)).toHaveLength(0);
    expect(file.read(99, 5)).toHaveLength(0);
    file.truncate(5);
    file.append(Buffer.from('!'));
    await file.sync();
    file.close();
    const again = files.open(`${directory}/a`);
    expect([again.sizeBytes(), Buffer.from(again.read(0, 100)).toString()]).toEqual([6, 'hello!']);
    again.append(Buffer.from('?'));
    expect(Buffer.from(again.read(0, 100)).toString()).toBe('hello!?');
    again.close();
  });

  it('makes, lists, renames and removes names', async () => {
    files.makeDirectory(directory);
    files.create(`${directory}/b`).close();
    expect(() => files.create(`${directory}/b`)).toThrow(/EEXIST/);
    expect(() => files.open(`${directory}/absent`)).toThrow(/ENOENT/);
    files.rename(`${directory}/b`, `${directory}/c`);
    expect([files.exists(`${directory}/b`), files.exists(`${directory}/c`)]).toEqual([false, true]);
    expect([...files.list(directory)].filter((name) => name !== 'a').sort()).toEqual(['c']);
    await files.syncDirectory(directory);
    files.unlink(`${directory}/c`);
    files.unlink(`${directory}/c`);
    expect(files.exists(`${directory}/c`)).toBe(false);
  });
});

describe('the real disk', () => {
  it('keeps files and directories to their owner', () => {
    nodeFiles.makeDirectory(`${home.path}/private/deep`);
    nodeFiles.create(`${home.path}/private/deep/f`).close();
    expect(fs.statSync(`${home.path}/private/deep`).mode & 0o777).toBe(0o700);
    expect(fs.statSync(`${home.path}/private/deep/f`).mode & 0o777).toBe(0o600);
  });
});
