import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { bundledProgram } from '@/lib/gateway/testing';
import { parseSimOptions } from './options';
import { simStateSchema } from './state-file';

const project = fileURLToPath(new URL('../..', import.meta.url));
const program = await bundledProgram('sim');
const directory = mkdtempSync(path.join(os.tmpdir(), 'chainworks-sim-'));
afterAll(() => rmSync(directory, { recursive: true }));

function run(...args: string[]): { readonly status: number | null; readonly lines: readonly string[] } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: project, encoding: 'utf8' });
  return { status, lines: `${stdout}${stderr}`.trim().split('\n') };
}

describe('npm run sim', { timeout: 120_000 }, () => {
  it('runs seeds in processes, and its last line is the sum', () => {
    const file = path.join(directory, 'all.json');
    const { status, lines } = run('--mode', 'solo', '--seeds', '100', '--from', '7', '--shards', '2', '--resume', file);
    expect(lines.at(-1)).toBe('100 passed, 0 failed');
    expect(status).toBe(0);
    expect(simStateSchema.parse(JSON.parse(readFileSync(file, 'utf8')))).toMatchObject({ passed: 100, from: 7 });
  });

  it('stops in time and goes on where it stopped; a run that is not finished is no success', () => {
    const file = path.join(directory, 'half.json');
    const command = ['--mode', 'solo', '--seeds', '40', '--shards', '1', '--resume', file];
    const first = run(...command, '--minutes', '0.000001');
    expect(first.lines.at(-1)).toBe('0 passed, 0 failed');
    expect(first.status).toBe(2);
    expect(existsSync(file)).toBe(false);
    // As an interrupted run of the same program leaves it.
    run('--mode', 'solo', '--seeds', '40', '--shards', '1', '--resume', file);
    const state = simStateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    writeFileSync(file, JSON.stringify({ ...state, done: [1], passed: 20 }));
    const second = run(...command);
    expect(second.lines[0]).toMatch(/^goes on: 20 of 40 seeds are done/);
    expect(second.lines.at(-1)).toBe('40 passed, 0 failed');
  });

  it('forgets what another program passed', () => {
    const file = path.join(directory, 'old.json');
    writeFileSync(file, JSON.stringify({ mode: 'solo', framework: 'counter', from: 1, seeds: 20, program: 'another', done: [], passed: 0, failures: [{ seed: 3, kind: 'stall', what: 'progress', why: 'old', atMs: 1 }], sums: {} }));
    expect(run('--mode', 'solo', '--seeds', '20', '--shards', '1', '--resume', file).lines.at(-1)).toBe('20 passed, 0 failed');
  });

  it('prints each failed seed with how to repeat it, and fails', () => {
    const file = path.join(directory, 'failed.json');
    run('--mode', 'solo', '--seeds', '21', '--shards', '1', '--resume', file);
    const state = simStateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const failures = [{ seed: 3, kind: 'violation', what: 'fork', why: 'two blocks', atMs: 5 }];
    writeFileSync(file, JSON.stringify({ ...state, done: [1], passed: 19, failures }));
    const { status, lines } = run('--mode', 'solo', '--seeds', '21', '--shards', '1', '--resume', file);
    expect(lines).toContain('  npm run sim -- --seed 3 --mode solo --trace');
    expect(lines.at(-1)).toBe('20 passed, 1 failed');
    expect(status).toBe(1);
  });

  it('runs a Fabric channel when it is asked to, and remembers that it was one', () => {
    const file = path.join(directory, 'fabric.json');
    const { status, lines } = run('--mode', 'solo', '--framework', 'fabric', '--seeds', '2', '--shards', '1', '--resume', file);
    expect(lines.join('\n')).toMatch(/valid [1-9]/);
    expect(lines.at(-1)).toBe('2 passed, 0 failed');
    expect(status).toBe(0);
    expect(simStateSchema.parse(JSON.parse(readFileSync(file, 'utf8')))).toMatchObject({ passed: 2, framework: 'fabric' });
  });

  it('says what is wrong with its options', () => {
    expect(() => parseSimOptions(['--mode', 'raft'])).toThrow(/--mode[\s\S]*npm run sim/);
    expect(() => parseSimOptions(['--mode', 'solo', '--framework', 'tezos'])).toThrow(/--framework/);
    expect(() => parseSimOptions(['--mode', 'solo', '--seeds', '0'])).toThrow(/--seeds/);
    expect(() => parseSimOptions(['--mode', 'solo', '--trace'])).toThrow(/--trace needs --seed/);
    expect(() => parseSimOptions(['--mode', 'solo', '--sead', '1'])).toThrow(/--sead/);
  });
});
