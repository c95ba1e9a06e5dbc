import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadFabric, type ChaincodeCall } from '@/lib/ledger';
import { ChaincodeRunner } from './chaincode-runner';
import { PackageShelf } from './package-shelf';

const fabric = await loadFabric();
let directory: string;
let warnings: string[];

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'chaincode-'));
  warnings = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (runtime: string | undefined) =>
  ChaincodeRunner.open({ directory, runtime, fabric, logger: { info: () => undefined, warn: ({ err }) => void warnings.push(String(err)), error: () => undefined } });

describe('a city node that cannot run chaincode', () => {
  it.each([
    ['without a runtime', () => undefined, 'started without --chaincode-runtime'],
    ['with one that is not installed', () => path.join(directory, 'nowhere'), 'npm start installs it'],
  ])('%s opens, logs it, and says in each call what to do', async (_name, runtime, words) => {
    const runner = await open(runtime());
    expect(warnings).toEqual([expect.stringContaining(words)]);
    const error: unknown = await runner.run({ packageId: 'a:1', mspId: 'Org1MSP' }, {} as ChaincodeCall).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(fabric.ChaincodeUnavailable);
    expect(String(error)).toContain(words);
    expect(await runner.put('Org1MSP', Buffer.from('x'))).toEqual({ refused: expect.stringContaining(words) });
    expect(await runner.list('Org1MSP')).toEqual([]);
    await runner.close();
  });

  it('takes nothing more once it is closing', async () => {
    const runner = await open(undefined);
    await runner.close();
    await expect(runner.run({ packageId: 'a:1', mspId: 'Org1MSP' }, {} as ChaincodeCall)).rejects.toThrow('closing');
  });
});

describe('packages on the shelf', () => {
  it('are an organisation’s own, as they came, also after a restart', async () => {
    const shelf = await PackageShelf.open(path.join(directory, 'packages'));
    await shelf.put('Org1MSP', 'basic:abc', Buffer.from('bytes'));
    await shelf.put('Org1MSP', 'basic:abc', Buffer.from('others'));
    writeFileSync(path.join(directory, 'packages/Org1MSP.msp/half.new'), 'half');
    const again = await PackageShelf.open(path.join(directory, 'packages'));
    expect(again.list('Org1MSP')).toEqual([{ packageId: 'basic:abc', label: 'basic' }]);
    expect(Buffer.from((await again.read('Org1MSP', 'basic:abc')) ?? []).toString()).toBe('bytes');
    expect(again.list('Org2MSP')).toEqual([]);
    expect(await again.read('Org2MSP', 'basic:abc')).toBeUndefined();
    expect(readdirSync(path.join(directory, 'packages/Org1MSP.msp'))).toEqual(['basic:abc.tar.gz']);
  });

  it('are bounded in number and bytes', async () => {
    const shelf = await PackageShelf.open(path.join(directory, 'packages'));
    for (let at = 0; at < 64; at += 1) await shelf.put('Org1MSP', `basic:${at}`, Buffer.from('x'));
    expect(shelf.findFault('Org1MSP', Buffer.from('x'))).toContain('64 packages');
    expect(shelf.findFault('Org2MSP', Buffer.from('x'))).toBeUndefined();
    expect(shelf.findFault('Org2MSP', { length: 256 * 1024 * 1024 + 1 } as Uint8Array)).toContain('more than');
  });

  it('that were unpacked before are unpacked anew by the next process', async () => {
    mkdirSync(path.join(directory, 'unpacked/a'), { recursive: true });
    await (await open(undefined)).close();
    expect(readdirSync(directory)).toEqual(['packages']);
  });
});
