import fs from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createPowerCutFiles } from '../../testing/power-cut-files';
import { createRandom } from '../../testing/random';
import { createTemporaryDirectory } from '../../testing/temporary-directory';
import { nodeFiles } from './node-files';
import { openSecretFiles } from './secret-files';

const home = createTemporaryDirectory();
const key = new Uint8Array(32).fill(9);
afterEach(() => fs.rmSync(`${home.path}/keys`, { recursive: true, force: true }));
afterAll(() => home.remove());
const open = (under = key) => openSecretFiles(nodeFiles, `${home.path}/keys`, under);

describe('secret files', () => {
  it('come back, can be replaced and removed, also after opening again', async () => {
    const secrets = open();
    await secrets.write('one', Buffer.from('secret'));
    await secrets.write('two', Buffer.from('other'));
    await secrets.write('one', Buffer.from('replaced'));
    expect(open().names()).toEqual(['one', 'two']);
    expect(Buffer.from(open().read('one') ?? []).toString()).toBe('replaced');
    await secrets.remove('one');
    await secrets.remove('one');
    expect(open().names()).toEqual(['two']);
    expect(open().read('one')).toBeUndefined();
  });

  it('are for their owner alone and hold no plain text', async () => {
    await open().write('one', Buffer.from('very secret'));
    const path = `${home.path}/keys/one.key`;
    expect(fs.statSync(path).mode & 0o777).toBe(0o600);
    expect(fs.statSync(`${home.path}/keys`).mode & 0o777).toBe(0o700);
    expect(fs.readFileSync(path).includes('secret')).toBe(false);
  });

  it('open under their own key and name only', async () => {
    await open().write('one', Buffer.from('secret'));
    expect(() => open(new Uint8Array(32).fill(8)).read('one')).toThrow(expect.objectContaining({ code: 'storage-corrupt' }));
    fs.renameSync(`${home.path}/keys/one.key`, `${home.path}/keys/two.key`);
    expect(() => open().read('two')).toThrow(expect.objectContaining({ code: 'storage-corrupt', details: { file: `${home.path}/keys/two.key`, offset: 0, what: 'The key does not open with this key-encryption key' } }));
    expect(() => openSecretFiles(nodeFiles, `${home.path}/keys`, new Uint8Array(31))).toThrow(/32 bytes/);
  });

  it('show every changed or missing byte', async () => {
    await open().write('one', Buffer.from('secret'));
    const path = `${home.path}/keys/one.key`;
    const bytes = fs.readFileSync(path);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      fs.writeFileSync(path, changed);
      expect(() => open().read('one'), `byte ${at}`).toThrow(expect.objectContaining({ code: 'storage-corrupt' }));
      fs.writeFileSync(path, bytes.subarray(0, at));
      expect(() => open().read('one'), `length ${at}`).toThrow(expect.objectContaining({ code: 'storage-corrupt' }));
    }
  });

  it.each(['', '../x', 'A', 'a/b', 'a.key', '.'])('refuse the name %j', async (name) => {
    await expect(open().write(name, Buffer.from('x'))).rejects.toThrow(/name/);
  });

  it('survive power cuts whole: the old or the new, and what was acknowledged for good (seeds 1 to 300)', async () => {
    let acknowledged = 0;
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = createRandom(seed);
      let files = createPowerCutFiles();
      const safe = new Map<string, string>();
      for (let cut = 0; cut < 3; cut += 1) {
        files.cutAfter(1 + random.below(20));
        const attempts = new Map<string, string[]>();
        try {
          const secrets = openSecretFiles(files, '/keys', key);
          for (let step = 0; step < 20; step += 1) {
            const name = `n${random.below(3)}`;
            const value = `${seed}-${cut}-${step}`;
            attempts.set(name, [...(attempts.get(name) ?? []), value]);
            await secrets.write(name, Buffer.from(value));
            attempts.delete(name);
            safe.set(name, value);
            acknowledged += 1;
          }
        } catch (error) {
          expect(error, `seed ${seed}`).toMatchObject({ name: 'PowerCut' });
        }
        files = files.restart(random);
        const found = openSecretFiles(files, '/keys', key);
        for (const [name, value] of safe) expect([value, ...(attempts.get(name) ?? [])], `seed ${seed}`).toContain(Buffer.from(found.read(name) ?? []).toString());
        for (const name of found.names()) safe.set(name, Buffer.from(found.read(name) ?? []).toString());
      }
    }
    expect(acknowledged).toBeGreaterThan(300);
  });
});
