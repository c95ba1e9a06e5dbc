import { describe, expect, it } from 'vitest';
import { chainId, height } from '../../core/types';
import { createManualPorts } from '../../testing/manual-ports';
import { createMemoryIndex } from '../../testing/memory-index';
import { openTestStorage } from '../../testing/open-test-storage';
import { createPowerCutFiles } from '../../testing/power-cut-files';
import type { FilePort } from './file-port';
import { SegmentFiles } from './segment-files';
import { segmentName } from './segment';

const tide = chainId('tide-4417');

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

describe('a full disk', () => {
  it.each([0, 1, 20, 60, 100])('refuses the block it has no room for (%i bytes left), keeps what it had, and goes on once there is room', async (left) => {
    const [files, index, manual] = [createPowerCutFiles(), createMemoryIndex(), createManualPorts()];
    const storage = await openTestStorage({ directory: '/ledger', files, index, manual });
    const chain = storage.create(tide);
    for (let at = 0; at < 3; at += 1) await chain.commit(height(at), Buffer.from(`block ${at}`), [{ key: Buffer.from('k'), value: Buffer.from(String(at)) }]);
    files.setRoom(left);
    const refusal = { code: 'storage-full', details: { retryAfterMs: expect.any(Number) }, message: expect.stringMatching(/full\. Make room/) };
    await expect(chain.commit(height(3), Buffer.alloc(200, 'x'), [{ key: Buffer.from('k'), value: Buffer.from('3') }])).rejects.toMatchObject({ ...refusal, cause: { code: 'ENOSPC' } });
    expect(storage.isFull).toBe(true);
    expect([chain.height, chain.pendingHeight]).toEqual([2, 2]);
    expect([text(chain.block(height(2))), text(chain.state.get(Buffer.from('k'))), text(chain.pendingState.get(Buffer.from('k')))]).toEqual(['block 2', '2', '2']);

    // Not even tried while there is no room; and whoever built on the lost block hears of it first.
    const { operations } = files;
    manual.advance(3_000);
    await expect(chain.commit(height(4), Buffer.from('block 4'), [])).rejects.toMatchObject(refusal);
    files.setRoom(10_000_000);
    manual.advance(1_000);
    expect(storage.isFull).toBe(false);
    await expect(chain.commit(height(4), Buffer.from('block 4'), [])).rejects.toMatchObject(refusal);
    await expect(chain.setNote('n', Buffer.from('1'))).rejects.toMatchObject(refusal);
    expect(files.operations).toBe(operations);
    chain.restart();
    await chain.commit(height(3), Buffer.from('block 3'), []);
    expect(manual.log.map(({ event }) => event).filter((event) => event.includes('disk'))).toEqual(['the disk is full: nothing is written until there is room again', 'the disk has room again']);
    await storage.close();
    expect(manual.scheduled()).toBe(0);
    const again = await openTestStorage({ directory: '/ledger', files, index: createMemoryIndex() });
    expect(text(again.open(tide)?.block(height(3)))).toBe('block 3');
    expect(await again.verify()).toEqual([]);
  });

  it('refuses everything that waits behind it, of all sub-chains, and lets each go on from what is durable', async () => {
    const [files, manual] = [createPowerCutFiles(), createManualPorts()];
    const storage = await openTestStorage({ directory: '/ledger', files, index: createMemoryIndex(), manual });
    const [one, other] = [storage.create(tide), storage.create(chainId('reef-2209'))];
    await Promise.all([one, other].map((chain) => chain.commit(height(0), Buffer.from('genesis'), [])));
    files.setRoom(30);
    const results = await Promise.allSettled([one.commit(height(1), Buffer.from('1'), []), one.commit(height(2), Buffer.from('2'), []), other.setNote('n', Buffer.from('1'))]);
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'storage-full' } });
    await expect(storage.create(chainId('late-1')).commit(height(0), Buffer.from('genesis'), [])).rejects.toMatchObject({ code: 'storage-full' });
    files.setRoom(10_000_000);
    manual.advance(1_000);
    for (const chain of [one, other, storage.create(chainId('late-1'))]) chain.restart();
    await Promise.all([one.commit(height(1), Buffer.from('again'), []), other.setNote('n', Buffer.from('2')), storage.create(chainId('late-1')).commit(height(0), Buffer.from('genesis'), [])]);
    expect([one.height, text(other.note('n')), storage.chains().length]).toEqual([1, '2', 3]);
  });

  it('refuses blocks that are put back and leaves the sub-chain as it was: they are put back once there is room', async () => {
    const [files, manual] = [createPowerCutFiles(), createManualPorts()];
    const storage = await openTestStorage({ directory: '/ledger', files, index: createMemoryIndex(), manual });
    const stage = await storage.stage(tide);
    for (const at of [0, 9]) await stage.putBlock(height(at), Buffer.from(`block ${at}`));
    const chain = await stage.install({ height: height(9), notes: new Map() });
    files.setRoom(10);
    const fill = (at: number): Promise<void> => chain.fillBlock(height(at), Buffer.from(`block ${at}`));
    const refused = [...(await Promise.allSettled([fill(8), fill(7), fill(6)])), ...(await Promise.allSettled([fill(8)]))];
    for (const result of refused) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'storage-full' } });
    expect(chain.firstHeight).toBe(9);
    files.setRoom(10_000_000);
    manual.advance(1_000);
    const fills = [fill(8), fill(7)];
    // Another one begins with the chain while blocks are on their way: they are not put twice.
    chain.restart();
    expect(() => fill(8)).toThrow(/next below/);
    await Promise.all([...fills, chain.commit(height(10), Buffer.from('block 10'), [])]);
    expect([chain.firstHeight, chain.height, text(chain.block(height(7)))]).toEqual([7, 10, 'block 7']);
  });

  it('that comes when a new segment is begun takes nothing along, and leaves no half-made file in the way', async () => {
    for (let left = 0; left < 300; left += 7) {
      const [files, manual] = [createPowerCutFiles(), createManualPorts()];
      const storage = await openTestStorage({ directory: '/ledger', files, index: createMemoryIndex(), manual, segmentBytesMax: 200 });
      const chain = storage.create(tide);
      await chain.commit(height(0), Buffer.alloc(300), []);
      files.setRoom(left);
      const first = await chain.commit(height(1), Buffer.alloc(200), []).catch((error: unknown) => error);
      if (first !== undefined) {
        expect(first, `${left} bytes`).toMatchObject({ code: 'storage-full' });
        files.setRoom(10_000_000);
        manual.advance(1_000);
        chain.restart();
        await chain.commit(height(1), Buffer.alloc(200), []);
      }
      await storage.close();
      const again = await openTestStorage({ directory: '/ledger', files, index: createMemoryIndex(), segmentBytesMax: 200 });
      expect(again.open(tide)?.height).toBe(1);
    }
  });

  it('under the index alone costs nothing: memory keeps what the index has no room for, and it is tried again', async () => {
    const [files, index, manual] = [createPowerCutFiles(), createMemoryIndex(), createManualPorts()];
    const storage = await openTestStorage({ directory: '/ledger', files, index, manual });
    const chain = storage.create(tide);
    const apply = index.apply.bind(index);
    let tries = 0;
    index.apply = () => {
      tries += 1;
      return Promise.reject(Object.assign(new Error('no room'), { code: -30_792 }));
    };
    for (let at = 0; at < 3; at += 1) {
      await chain.commit(height(at), Buffer.from(`block ${at}`), [{ key: Buffer.from(`k${at}`), value: Buffer.from('1') }], new Map([['n', Buffer.from(String(at))]]));
      manual.advance(6_000);
      await index.settled();
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    }
    expect(tries).toBe(3);
    const read = (): unknown => [text(chain.block(height(0))), chain.state.range({ from: Buffer.from('a'), to: Buffer.from('z'), limit: 9 }).length, text(chain.note('n'))];
    expect(read()).toEqual(['block 0', 3, '2']);
    await storage.remove(tide).catch(() => undefined);
    index.apply = apply;
    await storage.create(chainId('reef-2209')).commit(height(0), Buffer.from('genesis'), []);
    for (let turn = 0; turn < 4; turn += 1) {
      manual.advance(6_000);
      await index.settled();
    }
    expect(manual.scheduled()).toBe(0);
    await storage.close();
    const again = await openTestStorage({ directory: '/ledger', files, index });
    expect(again.chains()).toEqual(['reef-2209']);
    expect(await again.verify()).toEqual([]);
    expect(index.size).toBe(3);
  });
});

describe('segment files', () => {
  it('keep few open, never close the one being written, and open any again', async () => {
    const files = createPowerCutFiles();
    const open = new Set<string>();
    const watch = (path: string, file: ReturnType<FilePort['open']>): ReturnType<FilePort['open']> => {
      expect(open.has(path)).toBe(false);
      open.add(path);
      return { ...file, close: () => void open.delete(path) };
    };
    const watched: FilePort = { ...files, open: (path) => watch(path, files.open(path)), create: (path) => watch(path, files.create(path)) };
    const segments = new SegmentFiles(watched, '/log');
    for (let number = 1; number <= 200; number += 1) {
      const path = `/log/${segmentName(number)}`;
      segments.add({ number, path, file: watched.create(path) });
    }
    expect(segments.numbers()).toHaveLength(200);
    expect(open.size).toBe(64);
    for (let number = 1; number <= 200; number += 3) expect(segments.get(number).number).toBe(number);
    expect(open.size).toBe(64);
    expect(open.has(`/log/${segmentName(200)}`)).toBe(true);
    await segments.remove(200);
    expect([segments.has(200), segments.has(199)]).toEqual([false, true]);
    segments.close();
    expect(open.size).toBe(0);
  });
});
