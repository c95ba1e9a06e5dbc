import { describe, expect, it } from 'vitest';
import { chainId, height } from '../../core/types';
import { createManualPorts } from '../../testing/manual-ports';
import { createMemoryIndex } from '../../testing/memory-index';
import { openTestStorage } from '../../testing/open-test-storage';
import { describeStorageConformance } from '../../testing/storage-conformance';
import { createTemporaryDirectory } from '../../testing/temporary-directory';
import { openLmdbIndex } from './lmdb-index';
import { nodeFiles } from './node-files';

let directory = { path: '', remove: (): void => undefined };
const open = (segmentBytesMax?: number) =>
  openTestStorage({ directory: directory.path, files: nodeFiles, index: openLmdbIndex(`${directory.path}/index`), ...(segmentBytesMax === undefined ? {} : { segmentBytesMax }) });

for (const [name, segmentBytesMax] of [['disk and LMDB', undefined], ['disk and LMDB, tiny segments', 2_000]] as const) {
  describeStorageConformance(name, {
    open: () => {
      directory = createTemporaryDirectory();
      return open(segmentBytesMax);
    },
    reopen: async (storage) => {
      await storage.close();
      return open(segmentBytesMax);
    },
    clean: async () => directory.remove(),
  });
}

const tide = chainId('tide-4417');
const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

describe('disk storage', () => {
  it('makes many commits of many chains durable with few syncs', async () => {
    const home = createTemporaryDirectory();
    const storage = await openTestStorage({ directory: home.path, files: nodeFiles, index: createMemoryIndex() });
    const chains = Array.from({ length: 50 }, (_, at) => storage.create(chainId(`chain-${at}`)));
    await Promise.all(chains.map((chain) => chain.commit(height(0), bytes('genesis'), [])));
    expect(storage.stats().syncs).toBe(1);
    const commits: Promise<void>[] = [];
    for (let at = 1; at <= 20; at += 1) for (const chain of chains) commits.push(chain.commit(height(at), bytes(`block ${at}`), []));
    await Promise.all(commits);
    expect(storage.stats().commits).toBe(1_050);
    expect(storage.stats().syncs).toBe(2);
    await storage.close();
    home.remove();
  });

  it('arms one checkpoint when something is pending and none when nothing is', async () => {
    const home = createTemporaryDirectory();
    const manual = createManualPorts();
    const index = createMemoryIndex();
    const storage = await openTestStorage({ directory: home.path, files: nodeFiles, index, manual });
    expect(manual.scheduled()).toBe(0);
    const chain = storage.create(tide);
    await chain.commit(height(0), bytes('genesis'), []);
    await chain.commit(height(1), bytes('one'), [{ key: bytes('a'), value: bytes('1') }]);
    expect(manual.scheduled()).toBe(1);
    expect(index.applied).toBe(0);
    manual.advance(1_000);
    await index.settled();
    expect(index.applied).toBe(1);
    expect(manual.scheduled()).toBe(0);
    expect(chain.state.get(bytes('a'))).toEqual(bytes('1'));
    await storage.close();
    home.remove();
  });

  it('reads state and blocks from log, running checkpoint and index alike', async () => {
    const home = createTemporaryDirectory();
    const manual = createManualPorts();
    const index = createMemoryIndex();
    const storage = await openTestStorage({ directory: home.path, files: nodeFiles, index, manual });
    const chain = storage.create(tide);
    await chain.commit(height(0), bytes('genesis'), [{ key: bytes('a'), value: bytes('0') }]);
    manual.advance(1_000);
    await index.settled();
    await chain.commit(height(1), bytes('one'), [{ key: bytes('b'), value: bytes('1') }]);
    await chain.setNote('n', bytes('1'));
    index.hold();
    manual.advance(1_000);
    await chain.commit(height(2), bytes('two'), [{ key: bytes('c'), value: bytes('2') }]);
    const seen = (): unknown[] => [
      chain.state.range({ from: bytes('a'), to: bytes('z'), limit: 9 }).map(({ key, value }) => `${Buffer.from(key)}=${Buffer.from(value)}`),
      [0, 1, 2].map((at) => Buffer.from(chain.block(height(at)) ?? []).toString()),
      Buffer.from(chain.note('n') ?? []).toString(),
    ];
    const whole = [['a=0', 'b=1', 'c=2'], ['genesis', 'one', 'two'], '1'];
    expect(seen()).toEqual(whole);
    index.letGo();
    await index.settled();
    expect(seen()).toEqual(whole);
    await storage.close();
    home.remove();
  });

  it('rebuilds the whole index from the log when the index is lost', async () => {
    const home = createTemporaryDirectory();
    const first = await openTestStorage({ directory: home.path, files: nodeFiles, index: createMemoryIndex(), segmentBytesMax: 1_000 });
    const chain = first.create(tide);
    for (let at = 0; at <= 60; at += 1) await chain.commit(height(at), bytes(`block ${at}`), [{ key: bytes(`k${at % 7}`), value: bytes(String(at)) }]);
    const gone = first.create(chainId('gone-1'));
    await gone.commit(height(0), bytes('genesis'), []);
    await first.remove(chainId('gone-1'));
    await first.close();
    const second = await openTestStorage({ directory: home.path, files: nodeFiles, index: createMemoryIndex(), segmentBytesMax: 1_000 });
    expect(second.chains()).toEqual([tide]);
    const again = second.open(tide);
    expect(again?.height).toBe(60);
    expect(again?.state.range({ from: bytes('k'), to: bytes('l'), limit: 10 }).map(({ value }) => Buffer.from(value).toString())).toEqual(['56', '57', '58', '59', '60', '54', '55']);
    expect(Buffer.from(again?.block(height(33)) ?? []).toString()).toBe('block 33');
    await second.close();
    home.remove();
  });

  it('frees the state of a removed chain in the index, also when a crash came between', async () => {
    const home = createTemporaryDirectory();
    const index = createMemoryIndex();
    const storage = await openTestStorage({ directory: home.path, files: nodeFiles, index });
    const keep = storage.create(chainId('keep-1'));
    await keep.commit(height(0), bytes('genesis'), [{ key: bytes('a'), value: bytes('1') }]);
    const chain = storage.create(tide);
    await chain.commit(height(0), bytes('genesis'), Array.from({ length: 12_000 }, (_, at) => ({ key: bytes(`k${String(at).padStart(6, '0')}`), value: bytes('v') })));
    await storage.remove(tide);
    const left = index.size;
    expect(left).toBeLessThan(12);
    await storage.close();
    home.remove();
  });

  it('stops taking commits for good once a sync has failed', async () => {
    const home = createTemporaryDirectory();
    let isBroken = false;
    const files = {
      ...nodeFiles,
      create: (path: string) => {
        const file = nodeFiles.create(path);
        const sync = file.sync.bind(file);
        file.sync = () => (isBroken ? Promise.reject(new Error('EIO')) : sync());
        return file;
      },
    };
    const storage = await openTestStorage({ directory: home.path, files, index: createMemoryIndex() });
    const chain = storage.create(tide);
    await chain.commit(height(0), bytes('genesis'), []);
    isBroken = true;
    await expect(chain.commit(height(1), bytes('one'), [])).rejects.toMatchObject({ code: 'storage-failed' });
    isBroken = false;
    await expect(chain.commit(height(2), bytes('two'), [])).rejects.toMatchObject({ code: 'storage-failed' });
    expect(chain.height).toBe(0);
    await storage.close();
    home.remove();
  });
});
