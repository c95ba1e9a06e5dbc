import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { providedPackages } from './client';

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
}

const { packages } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'runtime/package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
const installed = Object.entries(packages).filter(([place]) => place !== '');

describe('the runtime of chaincode', () => {
  it('provides what lies in its own folder, not what packages bring for themselves', () => {
    for (const name of ['fabric-shim', 'fabric-contract-api', '@grpc/grpc-js', 'class-transformer']) expect(providedPackages.has(name), name).toBe(true);
    expect([...providedPackages].filter((name) => name.includes('node_modules') || name === '')).toEqual([]);
  });

  it('has the one class-transformer with which fabric-contract-api can return objects', () => {
    expect(installed.filter(([place]) => place.endsWith('node_modules/class-transformer')).map(([, { version }]) => version)).toEqual(['0.4.0']);
  });

  it('is the stock fabric-shim and fabric-contract-api', () => {
    for (const name of ['fabric-shim', 'fabric-contract-api']) expect(packages[`node_modules/${name}`]?.version).toBe('2.5.8');
  });

  it('is checked byte for byte, whichever registry it comes from', () => {
    for (const [place, { integrity, resolved }] of installed) expect([place, integrity?.startsWith('sha512-'), resolved]).toEqual([place, true, undefined]);
  });
});
