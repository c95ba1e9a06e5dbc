import { describe, expect, it } from 'vitest';
import type { PeerKeys } from '../../core/peer-keys';
import { chainId, type ChainId } from '../../core/types';
import { createManualPorts } from '../../testing/manual-ports';
import { createPowerCutFiles, type PowerCutFiles } from '../../testing/power-cut-files';
import { createRandom } from '../../testing/random';
import { openDiskKeys } from './disk-keys';
import type { FilePort } from './file-port';
import { segmentName } from './segment';

const [tide, harbour] = [chainId('tide-4417'), chainId('harbour-2')];
const kek = new Uint8Array(32).fill(9);
const first = `/keys/${segmentName(1)}`;
const open = (files: FilePort, keyEncryptionKey = kek, manual = createManualPorts(), roomBytes = 60) => openDiskKeys({ files, directory: '/keys', keyEncryptionKey, newSalt: () => new Uint8Array(16).fill(3), ...manual.ports, segmentBytesMax: 700, roomBytes });

function bytesOf(files: PowerCutFiles): Map<string, Buffer> {
  return new Map(files.list('/keys').map((name) => [`/keys/${name}`, Buffer.from(files.open(`/keys/${name}`).read(0, 1_000_000))]));
}

describe('peer keys on disk', () => {
  it('are made once, remember their use, and are found again by the next process', async () => {
    const files = createPowerCutFiles();
    const keys = await open(files);
    expect(keys.find(tide)).toBeUndefined();
    const [{ publicKey }, same] = await Promise.all([keys.create(tide), keys.create(tide)]);
    expect(same.publicKey).toEqual(publicKey);
    await keys.create(harbour);
    await keys.markUsed(tide);
    await keys.close();
    const again = await open(files);
    expect([...again.chains()].sort()).toEqual([harbour, tide]);
    expect(again.find(tide)?.publicKey).toEqual(publicKey);
    expect([again.wasUsed(tide), again.wasUsed(harbour)]).toEqual([true, false]);
    await again.remove(tide);
    await again.remove(tide);
    expect([again.find(tide), again.wasUsed(tide)]).toEqual([undefined, false]);
    expect((await open(files)).chains()).toEqual([harbour]);
    expect((await again.create(tide)).publicKey).not.toEqual(publicKey);
  });

  it('hold no plain text, and open under their own key-encryption key alone', async () => {
    const files = createPowerCutFiles();
    const { publicKey } = await (await open(files)).create(tide);
    const foreign = await open(files, new Uint8Array(32).fill(8));
    expect(() => foreign.find(tide)).toThrow(expect.objectContaining({ code: 'storage-corrupt', details: expect.objectContaining({ file: `/keys/${segmentName(1)}`, what: 'The key does not open with this key-encryption key' }) }));
    // The public half lies beside the private one.
    const [bytes] = bytesOf(files).values();
    expect(bytes?.includes(Buffer.from(publicKey.subarray(-64)))).toBe(false);
    await expect(open(createPowerCutFiles(), new Uint8Array(31))).rejects.toThrow(/32 bytes/);
  });

  it.each(['well', 'suddenly, and another one after it'] as const)('are the one key or an error after any single byte changed, also the last, in a process that ended %s', async (end) => {
    const files = createPowerCutFiles();
    const keys = await open(files);
    const made = new Map<ChainId, Uint8Array>();
    for (const chain of [tide, harbour]) made.set(chain, (await keys.create(chain)).publicKey);
    await keys.markUsed(harbour);
    if (end === 'well') await keys.close();
    else await open(files);
    let damaged = 0;
    for (const [path, bytes] of bytesOf(files)) {
      for (let at = 0; at < bytes.length; at += 1) {
        const changed = bytesOf(files);
        const copy = Buffer.from(bytes);
        copy[at] = (copy[at] ?? 0) ^ 0x10;
        changed.set(path, copy);
        const opened = await open(createPowerCutFiles(changed)).catch((error: unknown) => error);
        const look = (chain: ChainId): unknown => {
          if (opened instanceof Error) return opened;
          const again = opened as PeerKeys;
          // A validator that has forgotten that it signed would sign again.
          if (chain === harbour) expect(again.wasUsed(chain), `byte ${at}`).toBe(true);
          try {
            return again.find(chain)?.publicKey;
          } catch (error) {
            return error;
          }
        };
        for (const [chain, publicKey] of made) {
          const found = look(chain);
          if (!(found instanceof Error)) expect(found, `byte ${at}`).toEqual(publicKey);
          else {
            expect(found, `byte ${at}`).toMatchObject({ code: expect.stringMatching(/^storage-(corrupt|format)$/) });
            damaged += 1;
          }
        }
      }
    }
    expect(damaged).toBeGreaterThan(200);
  });

  it('grow by nothing when they are only opened and closed, and say when a torn end was cut off', async () => {
    const files = createPowerCutFiles();
    const keys = await open(files);
    await keys.create(tide);
    await keys.close();
    const size = files.open(first).sizeBytes();
    for (let life = 0; life < 3; life += 1) await (await open(files)).close();
    expect(files.open(first).sizeBytes()).toBe(size);
    const torn = new Map([[first, Buffer.concat([files.open(first).read(0, size), Buffer.alloc(17, 1)])]]);
    const manual = createManualPorts();
    await open(createPowerCutFiles(torn), kek, manual);
    expect(manual.log).toEqual([{ level: 'warn', event: 'the torn end of a log is cut off', fields: { file: first, offset: size, bytes: 17 } }]);
  });

  it('open and close on a full disk', async () => {
    const files = createPowerCutFiles();
    const { publicKey } = await (await open(files)).create(tide);
    files.setRoom(10);
    const keys = await open(files);
    expect(keys.find(tide)?.publicKey).toEqual(publicKey);
    await keys.close();
    expect((await open(files)).find(tide)?.publicKey).toEqual(publicKey);
  });

  it('that is damaged costs its own peer alone, and never becomes another key', async () => {
    const files = createPowerCutFiles();
    const keys = await open(files, kek, createManualPorts(), 0);
    await keys.create(tide);
    const end = files.open(`/keys/${segmentName(1)}`).sizeBytes();
    const { publicKey } = await keys.create(harbour);
    await keys.close();
    const disk = bytesOf(files);
    const [path, bytes] = [...disk][0] ?? ['', Buffer.alloc(0)];
    bytes[end - 3] = (bytes[end - 3] ?? 0) ^ 1;
    const opened = await open(createPowerCutFiles(new Map([[path, bytes]])));
    expect(opened.find(harbour)?.publicKey).toEqual(publicKey);
    expect(() => opened.find(tide)).toThrow(expect.objectContaining({ code: 'storage-corrupt' }));
    await expect(opened.create(tide)).rejects.toMatchObject({ code: 'storage-corrupt' });
    expect(opened.chains()).toEqual([tide, harbour]);
  });

  it('survive power cuts: what was acknowledged is there, for good (seeds 1 to 100)', async () => {
    let acknowledged = 0;
    for (let seed = 1; seed <= 100; seed += 1) {
      const random = createRandom(seed);
      let files = createPowerCutFiles();
      /** Absent: the removal was acknowledged. */
      const safe = new Map<string, { publicKey: Uint8Array; isUsed: boolean } | undefined>();
      for (let cut = 0; cut < 3; cut += 1) {
        files.cutAfter(1 + random.below(30));
        const pending = new Set<string>();
        try {
          const keys = await open(files);
          for (let step = 0; step < 40; step += 1) {
            const chain = chainId(`chain-${random.below(4)}`);
            pending.add(chain);
            if (random.chance(0.2)) {
              await keys.remove(chain);
              safe.set(chain, undefined);
            } else {
              const { publicKey } = await keys.create(chain);
              const isUsed = keys.wasUsed(chain);
              safe.set(chain, { publicKey, isUsed });
              if (!isUsed && random.chance(0.3)) {
                await keys.markUsed(chain);
                safe.set(chain, { publicKey, isUsed: true });
              }
            }
            pending.delete(chain);
            acknowledged += 1;
          }
        } catch (error) {
          expect(error, `seed ${seed}`).toMatchObject(files.isCut ? {} : { name: 'PowerCut' });
        }
        files = files.restart(random);
        const found = await open(files);
        for (const [chain, key] of safe) {
          const publicKey = found.find(chainId(chain))?.publicKey;
          if (pending.has(chain)) safe.set(chain, publicKey === undefined ? undefined : { publicKey, isUsed: found.wasUsed(chainId(chain)) });
          else expect({ publicKey, isUsed: found.wasUsed(chainId(chain)) }, `seed ${seed} ${chain}`).toEqual({ publicKey: key?.publicKey, isUsed: key?.isUsed ?? false });
        }
      }
    }
    expect(acknowledged).toBeGreaterThan(500);
  });
});
