import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isPackageInvalid, openPackage, packageLimits } from './index';
import { makePackage, makeTar, type TarEntry } from './testing';

const seed = Number(process.env.SEED ?? 1 + Math.floor(Date.now() % 1e9));

const provided = (name: string) => name.startsWith('fabric-');
const open = (bytes: Uint8Array, limits = {}) => openPackage(bytes, provided, { ...packageLimits, ...limits });
const manifest = (more = {}): TarEntry => ({ path: 'src/package.json', bytes: JSON.stringify({ name: 'a', main: 'index.js', ...more }) });
const code = { path: 'src/index.js', bytes: 'exports.contracts = [];' };
const refused = (message: RegExp) => ({ name: 'PackageInvalid', message: expect.stringMatching(message) });

describe('a package of the Fabric CLI', () => {
  it('is read: its id is the one that `peer lifecycle` calculates, its files come whole', async () => {
    const long = `src/${'deep/'.repeat(30)}file.js`;
    const bytes = makePackage([manifest(), code, { path: long, bytes: 'x' }, { path: 'src/lib', kind: '5' }, { path: 'META-INF/statedb/couchdb/indexes/a.json', bytes: '{}' }]);
    const opened = await open(bytes);
    expect(opened.packageId).toBe(`test_1.0:${createHash('sha256').update(bytes).digest('hex')}`);
    expect(opened.files.map(({ path, bytes: content }) => [path, content.toString()])).toEqual([
      ['src/package.json', manifest().bytes],
      ['src/index.js', code.bytes],
      [long, 'x'],
      ['META-INF/statedb/couchdb/indexes/a.json', '{}'],
    ]);
  });

  it.each([
    ['./dist/index.js', 'src/dist/index.js'],
    ['dist', 'src/dist/index.js'],
    ['dist/start', 'src/dist/start.js'],
  ])('may name its main file as Node.js allows it: %s', async (main, path) => {
    expect((await open(makePackage([manifest({ main }), { path, bytes: '' }]))).label).toBe('test_1.0');
  });

  it('may bring packages of its own', async () => {
    const own = [manifest({ dependencies: { 'fabric-shim': '^2.5.0', '@a/b': '1.0.0' } }), code];
    await expect(open(makePackage(own))).rejects.toMatchObject(refused(/depends on @a\/b, which is not there: nothing is installed/));
    await open(makePackage([...own, { path: 'src/node_modules/@a/b/package.json', bytes: '{}' }]));
  });
});

describe('a package is refused with what to do when', () => {
  const metadata = { type: 'node', label: 'a' };
  it.each<[string, Buffer, RegExp]>([
    ['it is no archive', Buffer.from('hello'), /is no gzip archive/],
    ['it has no metadata', gzipSync(makeTar([])), /metadata.json of the package is missing/],
    ['its metadata are no JSON', gzipSync(makeTar([{ path: 'metadata.json', bytes: '{' }])), /is no JSON/],
    ['it is of another language', makePackage([], { type: 'golang', label: 'a' }), /"golang" cannot run here/],
    ['its label leaves directories', makePackage([], { type: 'node', label: '../a' }), /label/],
    ['its label is longer than a file of it may be called', makePackage([], { type: 'node', label: 'a'.repeat(129) }), /more than 128 characters/],
    ['it has no code', gzipSync(makeTar([{ path: 'metadata.json', bytes: JSON.stringify(metadata) }])), /no code.tar.gz/],
    ['files lie elsewhere', makePackage([{ path: 'etc/passwd', bytes: '' }]), /neither in src\/ nor in META-INF/],
    ['it has no manifest', makePackage([code]), /src\/package.json of the package is missing/],
    ['the manifest has no main', makePackage([{ path: 'src/package.json', bytes: '{}' }]), /"main" is missing/],
    ['the main file is missing', makePackage([manifest()]), /does not have it\.$/],
    ['TypeScript is not compiled', makePackage([manifest(), { path: 'src/index.ts', bytes: '' }]), /compile it before you package it/],
    ['a path climbs', makePackage([manifest(), code, { path: 'src/../../x', bytes: '' }]), /the path "src\/..\/..\/x" leaves it/],
    ['a path is absolute', makePackage([manifest(), code, { path: '/src/x', bytes: '' }]), /leaves it/],
    ['a directory climbs', makePackage([manifest(), code, { path: 'src/../..', kind: '5' }]), /leaves it/],
    ['there is a symbolic link', makePackage([manifest(), code, { path: 'src/a', kind: '2', link: '/etc/passwd' }]), /"src\/a" is no regular file/],
    ['there is a hard link', makePackage([manifest(), code, { path: 'src/a', kind: '1', link: 'src/index.js' }]), /no regular file/],
    ['there is a device', makePackage([manifest(), code, { path: 'src/a', kind: '3' }]), /no regular file/],
    ['a file is a folder, too', makePackage([manifest(), code, { path: 'src/a/b', bytes: '' }, { path: 'src/a', bytes: '' }]), /"src\/a" is in it as a file and as a folder/],
    ['a file is there twice', makePackage([manifest(), code, code]), /"src\/index.js" is in it twice/],
  ])('%s', async (_name, bytes, message) => {
    await expect(open(bytes)).rejects.toMatchObject(refused(message));
  });

  it('it is too large, packed, unpacked or in number', async () => {
    const small = makePackage([manifest(), code]);
    await expect(open(small, { packageBytesMax: 10 })).rejects.toMatchObject(refused(/10 are allowed/));
    await expect(open(small, { packageEntriesMax: 1 })).rejects.toMatchObject(refused(/more than 1 entries/));
    await expect(open(small, { packagePathCharsMax: 5 })).rejects.toMatchObject(refused(/more than 5 characters/));
    const bomb = makePackage([manifest(), code, { path: 'src/zeros', bytes: Buffer.alloc(30_000_000) }]);
    expect(bomb.length).toBeLessThan(100_000);
    await expect(open(bomb)).rejects.toMatchObject(refused(/unpacks to more than/));
  });
});

it(`whatever bytes come, a package is read or refused (seed ${seed})`, async () => {
  let state = seed;
  const below = (limit: number) => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 8) % limit;
  const good = gunzipSync(makePackage([manifest(), code]));
  for (let round = 0; round < 300; round++) {
    const bytes = Buffer.from(good);
    for (let flips = 1 + below(3); flips > 0; flips--) bytes[below(bytes.length)] = below(256);
    const isCut = below(4) === 0;
    await open(gzipSync(isCut ? bytes.subarray(0, below(bytes.length)) : bytes)).catch((error: unknown) => {
      expect(isPackageInvalid(error), String(error)).toBe(true);
    });
  }
});
