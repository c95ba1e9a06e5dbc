import { describe, expect, it } from 'vitest';
import { createTemporaryDirectory } from '../../testing/temporary-directory';
import type { FilePort } from './file-port';
import type { IndexHome } from './index-port';
import { createLmdbHome } from './lmdb-home';
import { nodeFiles } from './node-files';
import fs from 'node:fs';

const key = Buffer.from('a');

/** One process after another has the index. `end`: what the process does last. */
async function lives(ends: readonly ((home: IndexHome) => void | Promise<unknown>)[], files: FilePort = nodeFiles): Promise<string[]> {
  const directory = createTemporaryDirectory();
  const story: string[] = [];
  for (const end of ends) {
    const home = createLmdbHome({ files, directory: `${directory.path}/index`, removeDirectory: (path) => fs.rmSync(path, { recursive: true, force: true }), onCleared: (reason) => story.push(reason) });
    const index = home.open();
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

  it('opens on a disk that has no room for its mark', async () => {
    const full = (): never => {
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    };
    expect(await lives([closeWell, closeWell], { ...nodeFiles, create: full })).toEqual(['empty', 'kept']);
  });
});
