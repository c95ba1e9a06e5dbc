import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { hostDirectory } from '../supervisor/project.mjs';
import { copyCut } from './copy-cut.mjs';
import { takeCut } from './take-cut.mjs';

const directories = [];
afterEach(() => directories.splice(0).forEach((directory) => rmSync(directory, { recursive: true, force: true })));
const fresh = () => {
  directories.push(mkdtempSync(path.join(tmpdir(), 'cut-')));
  return directories.at(-1);
};

/** A log with room ahead of its groups, the last of which ends in zeros. */
function givenLog(data, written, room) {
  const file = path.join(hostDirectory(data, 1), 'SIN', 'segment-00000001.log');
  mkdirSync(path.dirname(file), { recursive: true });
  const bytes = Buffer.concat([Buffer.alloc(written, 7), Buffer.alloc(5), Buffer.alloc(room)]);
  writeFileSync(file, bytes);
  return { file, bytes };
}

it.each([100_000, 4 * 1024 * 1024 - 50])('a log is copied as it was at the cut though groups are written into its room afterwards (%i bytes)', async (written) => {
  const [data, target] = [fresh(), fresh()];
  const { file, bytes } = givenLog(data, written, 256 * 1024);
  const cut = await takeCut(data);
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(5_000, 9), 0, 5_000, written + 5);
  closeSync(handle);
  copyCut(cut, target);
  cut.close();
  expect(Buffer.compare(readFileSync(path.join(target, path.relative(data, file))), bytes)).toBe(0);
});

it('a log is copied though its room is cut off meanwhile, since another segment follows it', async () => {
  const [data, target] = [fresh(), fresh()];
  const { file, bytes } = givenLog(data, 100_000, 256 * 1024);
  const cut = await takeCut(data);
  truncateSync(file, 100_005);
  copyCut(cut, target);
  cut.close();
  expect(Buffer.compare(readFileSync(path.join(target, path.relative(data, file))), bytes)).toBe(0);
});

it('leaves out the index of a ledger, also one in doubt that was set aside', async () => {
  const data = fresh();
  givenLog(data, 100, 0);
  for (const name of ['index', 'index.aside']) {
    const place = path.join(hostDirectory(data, 1), 'SIN', name, 'data.mdb');
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, 'index');
  }
  const cut = await takeCut(data);
  expect(cut.files.map((file) => path.basename(file.path))).toEqual(['segment-00000001.log']);
  cut.close();
});

it('takes packages of chaincode as they came, and leaves out what is unpacked from them', async () => {
  const data = fresh();
  for (const file of ['packages/Org1MSP.msp/basic:ab.tar.gz', 'packages/index.msp/basic:ab.tar.gz', 'unpacked/a/src/index.js', 'book.journal']) {
    const place = path.join(hostDirectory(data, 1), 'fabric', file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, file);
  }
  const cut = await takeCut(data);
  expect(cut.files.map((file) => path.basename(path.dirname(file.path))).sort()).toEqual(['Org1MSP.msp', 'fabric', 'index.msp']);
  cut.close();
});
