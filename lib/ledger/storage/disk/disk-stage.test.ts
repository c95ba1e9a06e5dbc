import { describe, expect, it } from 'vitest';
import type { LedgerStorage } from '../../core/storage';
import { chainId, height } from '../../core/types';
import { createManualPorts } from '../../testing/manual-ports';
import { createMemoryIndex } from '../../testing/memory-index';
import { openTestStorage } from '../../testing/open-test-storage';
import { createPowerCutFiles } from '../../testing/power-cut-files';

const tide = chainId('tide-4417');
const reef = chainId('reef-2209');
const text = (value: Uint8Array | undefined): string | undefined => (value === undefined ? undefined : Buffer.from(value).toString());
const entry = (key: string, value: string) => ({ key: Buffer.from(key), value: Buffer.from(value) });
const stateOf = (storage: LedgerStorage): string | undefined =>
  storage
    .open(tide)
    ?.state.range({ from: new Uint8Array(0), to: Uint8Array.of(0xff), limit: 9 })
    .map(({ key, value }) => `${text(key)}=${text(value)}`)
    .join();

/** One chain that was replaced by a staged one, filled by a block and gone on by another; a neighbour. */
async function installed() {
  const files = createPowerCutFiles();
  const storage = await openTestStorage({ directory: '/ledger', files, index: createMemoryIndex() });
  await storage.create(tide).commit(height(0), Buffer.from('old genesis'), [entry('old', '1')]);
  await storage.create(reef).commit(height(0), Buffer.from('genesis of reef'), [entry('a', 'reef')]);
  const stage = await storage.stage(tide);
  await stage.putBlock(height(0), Buffer.from('block 0'));
  await stage.putState([entry('a', '9'), entry('b', '9')]);
  for (const at of [9, 8]) await stage.putBlock(height(at), Buffer.from(`block ${at}`));
  const chain = await stage.install({ height: height(9), notes: new Map([['rules', Buffer.from('r')]]) });
  await chain.fillBlock(height(7), Buffer.from('block 7'));
  await chain.commit(height(10), Buffer.from('block 10'), [entry('a', '10')]);
  await storage.close();
  const path = `/ledger/${files.list('/ledger')[0] ?? ''}`;
  const file = files.open(path);
  return { path, bytes: Buffer.from(file.read(0, file.sizeBytes())) };
}

const reopen = (path: string, bytes: Buffer) => openTestStorage({ directory: '/ledger', files: createPowerCutFiles(new Map([[path, bytes]])), index: createMemoryIndex(), manual: createManualPorts() });

describe('an installed chain whose index is lost', () => {
  it('is made again from the log', async () => {
    const { path, bytes } = await installed();
    const storage = await reopen(path, bytes);
    const chain = storage.open(tide);
    expect([chain?.height, chain?.firstHeight, text(chain?.note('rules')), stateOf(storage)]).toEqual([10, 7, 'r', 'a=10,b=9']);
    expect([0, 6, 7, 8, 9, 10].map((at) => text(chain?.block(height(at))))).toEqual(['block 0', undefined, 'block 7', 'block 8', 'block 9', 'block 10']);
    expect(await storage.verify()).toEqual([]);
    await storage.close();
  });

  it('is itself, damaged, or without a block, but never something else, whichever byte of the log rots; its neighbour stays', async () => {
    const { path, bytes } = await installed();
    const seen = { whole: 0, damaged: 0, blocks: 0, closed: 0 };
    // From behind the segment's head to the last group, whose damage looks like a torn tail.
    for (let at = 60; at < bytes.length - 120; at += 1) {
      const rotten = Buffer.from(bytes);
      rotten[at] = (rotten[at] ?? 0) ^ 0x10;
      let storage: LedgerStorage;
      try {
        storage = await reopen(path, rotten);
      } catch (error) {
        expect(error).toMatchObject({ code: 'storage-corrupt' });
        seen.closed += 1;
        continue;
      }
      expect(storage.chains(), `byte ${at}`).toContain(tide);
      if (storage.damageOf(reef) === undefined) expect(text(storage.open(reef)?.state.get(Buffer.from('a'))), `byte ${at}`).toBe('reef');
      const chain = storage.open(tide);
      if (storage.damageOf(tide) !== undefined) seen.damaged += 1;
      else {
        expect([chain?.height, chain?.firstHeight, text(chain?.note('rules')), stateOf(storage)], `byte ${at}`).toEqual([10, 7, 'r', 'a=10,b=9']);
        const lost = [0, 7, 8, 9, 10].filter((block) => {
          try {
            return text(chain?.block(height(block))) !== `block ${block}`;
          } catch (error) {
            expect(error).toMatchObject({ code: 'storage-corrupt' });
            return true;
          }
        });
        if (lost.length > 0) seen.blocks += 1;
        else seen.whole += 1;
      }
      await storage.close();
    }
    for (const [what, count] of Object.entries(seen)) if (what !== 'closed') expect(count, what).toBeGreaterThan(10);
  });
});
