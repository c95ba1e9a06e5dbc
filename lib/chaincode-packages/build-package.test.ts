import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildPackage, findLabelFault, isPackageInvalid, openPackage, packageLimits } from './index';

const files = { 'package.json': JSON.stringify({ main: 'dist/index.js' }), 'dist/index.js': 'exports.contracts = [];' };
const open = (bytes: Uint8Array) => openPackage(bytes, () => false, packageLimits);
/** As a program that is not ours reads an archive. */
const tar = (args: readonly string[], input: Buffer): Buffer => execFileSync('tar', args, { input });
const refused = (message: RegExp) => expect.objectContaining({ name: 'PackageInvalid', message: expect.stringMatching(message) });
function faultOf(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    if (isPackageInvalid(error)) return error;
    throw error;
  }
}

describe('a built package', () => {
  it('has the same bytes wherever and whenever it is built, in whatever order its files come, for its id is their hash', () => {
    const { packageId, bytes } = buildPackage({ label: 'basic_1.0', files });
    expect(packageId).toBe('basic_1.0:fe6f133210aa50292d4ea98930752c228069a77ad929bdf9080515ca514a45f6');
    expect(buildPackage({ label: 'basic_1.0', files: Object.fromEntries(Object.entries(files).reverse()) }).bytes).toEqual(bytes);
    expect(buildPackage({ label: 'basic_1.1', files }).bytes).not.toEqual(bytes);
  });

  it('comes out of the reader of city nodes as it went in, with indexes beside the code and paths of any length', async () => {
    const deep = Object.fromEntries([90, 95, 96, 97, 150, 390].map((chars) => [`${'d/'.repeat(chars / 2 - 2)}${'f'.repeat(chars % 2 === 0 ? 4 : 5)}`, `${chars}`]));
    const index = { 'META-INF/statedb/couchdb/indexes/owner.json': '{}' };
    const built = buildPackage({ label: 'basic', files: { ...files, ...deep, ...index, 'ä/ö.js': Buffer.from([0, 255]), empty: '', large: Buffer.alloc(200_000, 7) } });
    const opened = await open(built.bytes);
    expect([opened.packageId, opened.label]).toEqual([built.packageId, 'basic']);
    const found = Object.fromEntries(opened.files.map(({ path, bytes }) => [path, bytes]));
    for (const [path, text] of Object.entries({ ...files, ...deep })) expect(found[`src/${path}`]?.toString(), path).toBe(text);
    expect(found['META-INF/statedb/couchdb/indexes/owner.json']?.toString()).toBe('{}');
    expect([found['src/ä/ö.js'], found['src/empty']?.length, found['src/large']]).toEqual([Buffer.from([0, 255]), 0, Buffer.alloc(200_000, 7)]);
    expect(opened.files).toHaveLength(12);
  });

  it('is read by gzip and tar, without files that may be executed, which Fabric refuses', () => {
    const long = `${'long/'.repeat(40)}file.js`;
    const { bytes } = buildPackage({ label: 'basic', files: { ...files, [long]: 'x' } });
    expect(JSON.parse(tar(['-xzO', 'metadata.json'], bytes).toString())).toEqual({ path: '', type: 'node', label: 'basic' });
    const code = tar(['-xzO', 'code.tar.gz'], bytes);
    const listed = tar(['-tvf', '-'], gunzipSync(code)).toString().trim().split('\n');
    expect(listed.map((line) => [line.slice(0, 10), line.split(' ').at(-1)])).toEqual([
      ['-rw-r--r--', 'src/dist/index.js'],
      ['-rw-r--r--', `src/${long}`],
      ['-rw-r--r--', 'src/package.json'],
    ]);
  });
});

describe('a package is not built', () => {
  it.each(['', '-a', 'a b', 'a/b', '../a', 'ä', 'a'.repeat(packageLimits.packageLabelCharsMax + 1)])('under a label that Fabric or a city node refuses: %s', (label) => {
    expect(findLabelFault(label)).toBeDefined();
    expect(faultOf(() => buildPackage({ label, files }))).toEqual(refused(/the label/));
  });

  it.each(['', '/a', 'a//b', 'a/', './a', '../a', 'a/../../b', 'a\\b', 'a\0'])('with a path that is not below its folder: %j', (path) => {
    expect(faultOf(() => buildPackage({ label: 'a', files: { ...files, [path]: '' } }))).toEqual(refused(/is no path/));
  });

  it('of more or larger files, and longer paths, than can be installed', () => {
    const many = Object.fromEntries(Array.from({ length: packageLimits.packageEntriesMax + 1 }, (_, at) => [`f${at}`, '']));
    expect(faultOf(() => buildPackage({ label: 'a', files: many }))).toEqual(refused(/10001 files/));
    expect(faultOf(() => buildPackage({ label: 'a', files: { large: new Uint8Array(packageLimits.packageBytesMax + 1) } }))).toEqual(refused(/33554432 are allowed/));
    expect(faultOf(() => buildPackage({ label: 'a', files: { large: new Uint8Array(packageLimits.packageBytesMax) } }))).toEqual(refused(/it would have/));
    expect(faultOf(() => buildPackage({ label: 'a', files: { ['p'.repeat(packageLimits.packagePathCharsMax)]: '' } }))).toEqual(refused(/more than 400 characters/));
  });
});
