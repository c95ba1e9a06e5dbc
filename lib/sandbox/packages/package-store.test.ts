import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeChaincode, makePackage } from '@/lib/chaincode-packages/testing';
import { sandboxLimits } from '../limits';
import { PackageStore } from './package-store';

let directory: string;
const open = () => new PackageStore(path.join(directory, 'packages'), path.join(directory, 'runtime'), sandboxLimits);

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'packages-'));
  mkdirSync(path.join(directory, 'packages'));
  mkdirSync(path.join(directory, 'runtime/fabric-shim'), { recursive: true });
  writeFileSync(path.join(directory, 'runtime/fabric-shim/package.json'), '{}');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const bare = makePackage([
  { path: 'src/package.json', bytes: JSON.stringify({ main: 'index.js' }) },
  { path: 'src/index.js', bytes: 'exports.contracts = [];' },
  { path: 'src/lib/deep/one.js', bytes: '1' },
]);

describe('installed packages', () => {
  it('are the files of the package, readable for the sandbox whatever the umask', async () => {
    const before = process.umask(0o077);
    try {
      const { packageId } = await open().install('alice', bare);
      const code = open().find('alice', packageId)!;
      expect(readFileSync(path.join(code, 'lib/deep/one.js'), 'utf8')).toBe('1');
      const modes = ['.', 'lib', 'lib/deep', 'lib/deep/one.js', 'index.js'].map((file) => (statSync(path.join(code, file)).mode & 0o777).toString(8));
      expect(modes).toEqual(['755', '755', '755', '644', '644']);
    } finally {
      process.umask(before);
    }
  });

  it('belong to one publisher, by whatever name', async () => {
    const store = open();
    const { packageId } = await store.install('../alice', bare);
    expect(store.find('../alice', packageId)).toBeDefined();
    expect(store.find('alice', packageId)).toBeUndefined();
    expect(store.find('../alice', '../..')).toBeUndefined();
    expect(readdirSync(directory).sort()).toEqual(['packages', 'runtime']);
  });

  it('may be installed again, also at the same time, and removed', async () => {
    const store = open();
    const [one, other] = await Promise.all([store.install('alice', bare), store.install('alice', bare)]);
    expect(one).toEqual(other);
    await store.install('alice', bare);
    await store.remove('alice', one.packageId);
    expect(store.find('alice', one.packageId)).toBeUndefined();
  });

  it('tell what they bring beside their code', async () => {
    const index = { path: 'META-INF/statedb/couchdb/indexes/owner.json', bytes: '{}' };
    const { packageId } = await open().install('alice', makePackage([{ path: 'src/package.json', bytes: JSON.stringify({ main: 'index.js' }) }, { path: 'src/index.js', bytes: '' }, index]));
    expect(open().readMetadata('alice', packageId).map(({ path: file, bytes }) => [file, Buffer.from(bytes).toString()])).toEqual([['statedb/couchdb/indexes/owner.json', '{}']]);
    expect(open().readMetadata('bob', packageId)).toEqual([]);
  });

  it('that were half unpacked when the process was killed are gone with the next start', async () => {
    const { packageId } = await open().install('alice', bare);
    const place = path.dirname(open().find('alice', packageId)!);
    mkdirSync(`${place}.1234.new/src`, { recursive: true });
    expect(open().find('alice', packageId)).toBeDefined();
    expect(existsSync(`${place}.1234.new`)).toBe(false);
  });

  it('may need the packages of the runtime, and no others', async () => {
    await expect(open().install('alice', makeChaincode(''))).rejects.toMatchObject({ code: 'package-invalid', message: expect.stringMatching(/depends on fabric-contract-api, which is not there/) });
  });
});
