import { describe, expect, it } from 'vitest';
import { createTemporaryDirectory } from '../../testing/temporary-directory';
import type { FilePort } from './file-port';
import type { IndexHome } from './index-port';
import { createLmdbHome } from './lmdb-home';
import { openLmdbIndex } from './lmdb-index';
import { nodeFiles } from './node-files';
import fs from 'node:fs';

const key = Buffer.from('a');

function realHome(directory: string, files: FilePort = nodeFiles, onSetAside: (reason: string) => void = () => undefined): IndexHome {
  return createLmdbHome({ files, directory: `${directory}/index`, removeDirectory: (path) => fs.rmSync(path, { recursive: true, force: true }), onSetAside });
}

/** One process after another has the index. `end`: what the process does last. */
async function lives(ends: readonly ((home: IndexHome) => void | Promise<unknown>)[], files: FilePort = nodeFiles): Promise<string[]> {
  const directory = createTemporaryDirectory();
  const story: string[] = [];
  for (const end of ends) {
    const home = realHome(directory.path, files, (reason) => story.push(reason));
    const index = await home.open();
    story.push(index.get(key) === undefined ? 'empty' : 'kept');
    await index.apply([[key, Buffer.from('1')]]);
    await end(home);
    await index.close();
  }
  directory.remove();
  return story;
}

const closeWell = (home: IndexHome): void => {
  home.opened();
  home.closed();
};
const endSuddenly = (home: IndexHome): void => home.opened();

describe('the index on disk', () => {
  it('is kept by a process that ends well, or suddenly after a checkpoint', async () => {
    const afterCheckpoint = (home: IndexHome): void => {
      home.opened();
      home.proven();
    };
    expect(await lives([closeWell, endSuddenly, afterCheckpoint, afterCheckpoint, afterCheckpoint, afterCheckpoint, closeWell, closeWell])).toEqual(['empty', ...Array.from({ length: 7 }, () => 'kept')]);
  });

  it('is thrown away when the last process ended while it read what a start needs, or all of it', async () => {
    expect(await lives([closeWell, () => undefined, closeWell])).toEqual(['empty', 'kept', expect.stringContaining('in the middle'), 'empty']);
    const inTheMiddle = (home: IndexHome): void => {
      home.opened();
      void home.reading(() => new Promise(() => undefined));
    };
    expect(await lives([closeWell, inTheMiddle, closeWell])).toEqual(['empty', 'kept', expect.stringContaining('in the middle'), 'empty']);
    const readAll = async (home: IndexHome): Promise<void> => {
      home.opened();
      await home.reading(async () => undefined);
    };
    expect(await lives([closeWell, readAll, closeWell])).toEqual(['empty', 'kept', 'kept']);
  });

  it('is thrown away when several processes in a row ended suddenly before a checkpoint: a page they all read may be broken', async () => {
    expect(await lives([closeWell, endSuddenly, endSuddenly, endSuddenly, endSuddenly])).toEqual(['empty', 'kept', 'kept', 'kept', '3 processes in a row ended suddenly with it', 'empty']);
  });

  it('is kept however often what was found damaged is the log: it alone knows how far that was', async () => {
    const refuses = (home: IndexHome): void => {
      home.opened();
      home.abandoned();
    };
    expect(await lives([closeWell, ...Array.from({ length: 5 }, () => refuses)])).toEqual(['empty', ...Array.from({ length: 5 }, () => 'kept')]);
    // Nor when the system did not let it be opened, or the log is of another program.
    const doesNotOpen = (home: IndexHome): void => home.abandoned();
    expect(await lives([closeWell, doesNotOpen, doesNotOpen, closeWell])).toEqual(['empty', 'kept', 'kept', 'kept']);
    // Neither does that hide sudden ends before and after it.
    expect(await lives([closeWell, endSuddenly, endSuddenly, refuses, endSuddenly, closeWell])).toEqual(['empty', 'kept', 'kept', 'kept', 'kept', '3 processes in a row ended suddenly with it', 'empty']);
  });

  it('is thrown away once damage was found in it, also when the process then ended well', async () => {
    const distrusts = async (home: IndexHome): Promise<void> => {
      home.opened();
      await home.reading(async () => home.distrust());
      home.closed();
    };
    expect(await lives([closeWell, distrusts, closeWell, closeWell])).toEqual(['empty', 'kept', 'damage was found in it', 'empty', 'kept']);
  });

  it('is thrown away once damage was found in it, also when a checkpoint was written after that', async () => {
    const distrusts = (home: IndexHome): void => {
      home.opened();
      home.distrust();
      home.proven();
      home.closed();
    };
    expect(await lives([closeWell, endSuddenly, distrusts, closeWell])).toEqual(['empty', 'kept', 'kept', 'damage was found in it', 'empty']);
  });

  it('in doubt is set aside whole, and the one after it does not take its place', async () => {
    const directory = createTemporaryDirectory();
    const home = realHome(directory.path);
    const write = async (value: string): Promise<void> => {
      const index = await home.open();
      await index.apply([[key, Buffer.from(value)]]);
      await index.close();
    };
    expect(await home.discardAside()).toBe(false);
    await write('first');
    await home.setAside();
    expect([fs.existsSync(`${directory.path}/index`), home.asidePath]).toEqual([false, `${directory.path}/index.aside`]);
    await write('second');
    await home.setAside();
    expect(fs.existsSync(`${directory.path}/index`)).toBe(false);
    const kept = openLmdbIndex(home.asidePath);
    expect(Buffer.from(kept.get(key) ?? []).toString()).toBe('first');
    await kept.close();
    // None there: nothing to set aside.
    await home.setAside();
    expect(await home.discardAside()).toBe(true);
    expect(fs.readdirSync(directory.path)).toEqual([]);
    directory.remove();
  });

  it.each(['kept', 'forgotten'])('stays in doubt when the power goes while it is set aside, its new name %s', async (name) => {
    const directory = createTemporaryDirectory();
    const first = realHome(directory.path);
    const index = await first.open();
    await index.apply([[key, Buffer.from('doubtful')]]);
    first.opened();
    first.distrust();
    await index.close();
    const cut = { ...nodeFiles, syncDirectory: () => Promise.reject(new Error('the power went')) };
    await expect(realHome(directory.path, cut).open()).rejects.toThrow('the power went');
    if (name === 'forgotten') fs.renameSync(`${directory.path}/index.aside`, `${directory.path}/index`);
    const synced: string[] = [];
    const files = { ...nodeFiles, syncDirectory: (path: string) => (synced.push(path), nodeFiles.syncDirectory(path)) };
    const next = realHome(directory.path, files);
    const anew = await next.open();
    expect(anew.get(key)).toBeUndefined();
    await anew.close();
    expect(synced).toEqual([directory.path]);
    expect(await next.discardAside()).toBe(true);
    directory.remove();
  });

  it('opens on a disk that has no room for its mark', async () => {
    const full = (): never => {
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    };
    expect(await lives([closeWell, closeWell], { ...nodeFiles, create: full })).toEqual(['empty', 'kept']);
  });
});
