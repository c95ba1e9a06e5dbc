import { describe, expect, it } from 'vitest';
import { createPowerCutFiles, type PowerCutFiles } from './power-cut-files';
import { createRandom } from './random';

const read = (files: PowerCutFiles, path: string): string | undefined => (files.exists(path) ? Buffer.from(files.open(path).read(0, 100_000)).toString() : undefined);

/** What a hundred different cuts leave of a file. */
function leftovers(files: PowerCutFiles, path: string): Set<string | undefined> {
  return new Set(Array.from({ length: 100 }, (_, seed) => read(files.restart(createRandom(seed + 1)), path)));
}

async function written(): Promise<PowerCutFiles> {
  const files = createPowerCutFiles();
  const file = files.create('/d/f');
  file.append(Buffer.from('safe'));
  await file.sync();
  await files.syncDirectory('/d');
  return files;
}

describe('the disk that forgets', () => {
  it('keeps what was synced, name and bytes', async () => {
    expect([...leftovers(await written(), '/d/f')]).toEqual(['safe']);
  });

  it('forgets or keeps or tears what was not', async () => {
    const files = await written();
    files.open('/d/f').append(Buffer.from('+new'));
    const found = leftovers(files, '/d/f');
    for (const left of ['safe', 'safe+new', 'safe+']) expect(found).toContain(left);
    for (const left of found) expect('safe+new'.startsWith(left ?? '?')).toBe(true);
  });

  it('may keep a later write and lose an earlier one: zeros in between', async () => {
    const files = await written();
    const file = files.open('/d/f');
    file.append(Buffer.alloc(508, 'a'));
    file.append(Buffer.alloc(512, 'b'));
    const found = [...leftovers(files, '/d/f')];
    expect(found.some((left) => left?.startsWith(`safe${'\0'.repeat(508)}b`))).toBe(true);
  });

  it('forgets the name of a file that was synced, until its directory is', async () => {
    const files = createPowerCutFiles();
    const file = files.create('/d/f');
    file.append(Buffer.from('x'));
    await file.sync();
    expect(leftovers(files, '/d/f')).toEqual(new Set([undefined, 'x']));
    await files.syncDirectory('/other');
    expect(leftovers(files, '/d/f')).toEqual(new Set([undefined, 'x']));
    await files.syncDirectory('/d');
    expect(leftovers(files, '/d/f')).toEqual(new Set(['x']));
  });

  it('brings back what was renamed or removed without a sync of the directory', async () => {
    const files = await written();
    files.unlink('/d/f');
    expect(read(files, '/d/f')).toBeUndefined();
    expect(leftovers(files, '/d/f')).toEqual(new Set([undefined, 'safe']));
    const other = await written();
    other.rename('/d/f', '/d/g');
    expect(read(other, '/d/g')).toBe('safe');
    expect(leftovers(other, '/d/g')).toEqual(new Set([undefined, 'safe']));
    await other.syncDirectory('/d');
    expect([leftovers(other, '/d/f'), leftovers(other, '/d/g')]).toEqual([new Set([undefined]), new Set(['safe'])]);
  });

  it('forgets that a file was cut off', async () => {
    const files = await written();
    files.open('/d/f').truncate(2);
    expect(leftovers(files, '/d/f')).toEqual(new Set(['safe', 'sa']));
    await files.open('/d/f').sync();
    expect(leftovers(files, '/d/f')).toEqual(new Set(['sa']));
  });

  it('does nothing any more once the power went, and does not promise the last thing', async () => {
    const files = await written();
    const file = files.open('/d/f');
    files.cutAfter(2);
    file.append(Buffer.from('1'));
    await expect(file.sync()).rejects.toThrow('the power went');
    expect(files.isCut).toBe(true);
    expect(() => file.append(Buffer.from('2'))).toThrow('no power');
    expect(() => files.create('/d/g')).toThrow('no power');
    expect(leftovers(files, '/d/f')).toEqual(new Set(['safe', 'safe1']));
  });

  it('repeats itself for the same seed', async () => {
    const files = await written();
    files.open('/d/f').append(Buffer.alloc(5_000, 'x'));
    for (let seed = 1; seed < 20; seed += 1) expect(read(files.restart(createRandom(seed)), '/d/f')).toBe(read(files.restart(createRandom(seed)), '/d/f'));
  });
});

describe('repeatable chance', () => {
  it('is the same for a seed, another for another, and spreads evenly', () => {
    const take = (seed: number): number[] => Array.from({ length: 1_000 }, createRandom(seed).next);
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
    const mean = take(7).reduce((sum, value) => sum + value, 0) / 1_000;
    expect(mean).toBeGreaterThan(0.45);
    expect(mean).toBeLessThan(0.55);
    const random = createRandom(1);
    const seen = new Set(Array.from({ length: 200 }, () => random.below(6)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(() => random.pick([])).toThrow(RangeError);
  });
});
