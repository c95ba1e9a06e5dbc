import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { spawnChaos } from './testing/spawn-chaos.mjs';
import { waitUntil } from './supervisor/ports.mjs';
import { familyOf, gone, readIfThere } from './testing/alive.mjs';

const hasNamespaces = spawnSync('unshare', ['--user', '--map-root-user', '--net', '--pid', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' }).status === 0;

describe('npm run chaos', () => {
  it.runIf(hasNamespaces)('-- ledger breaks real city nodes and finds that every promise was kept', { timeout: 240_000 }, async () => {
    const chaos = spawnChaos('ledger', '--minutes', '0.2', '--seed', '1');
    const [code] = await chaos.ended;
    const sum = JSON.parse(chaos.output.trim().split('\n').at(-1));
    expect(sum, chaos.output).toMatchObject({ seed: 1, finality: 'byzantine', violations: 0, noProgress: 0 });
    expect(code).toBe(0);
    expect(sum.acknowledged).toBeGreaterThan(10);
    expect(sum.blocks).toBeGreaterThan(5);
    expect(Object.keys(sum.nemesis).length).toBeGreaterThan(0);
  });

  it('-- fabric kills real hosts of a channel and finds that every promise was kept', { timeout: 300_000 }, async () => {
    const chaos = spawnChaos('fabric', '--rounds', '2', '--seed', '1');
    const [code] = await chaos.ended;
    const lines = chaos.output.trim().split('\n');
    expect(lines.at(-1), chaos.output).toBe('2 passed, 0 failed');
    const sum = JSON.parse(lines.at(-2));
    expect(sum).toMatchObject({ seed: 1, finality: 'crash', faults: 0 });
    expect(sum.told).toBeGreaterThan(10);
    expect(sum.secrets).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  it.runIf(hasNamespaces)('-- ledger leaves no city node behind when it is killed', { timeout: 120_000 }, async () => {
    const chaos = spawnChaos('ledger', '--minutes', '5', '--seed', '2');
    const cityNodes = () => familyOf(chaos.child.pid).filter((pid) => readIfThere(`/proc/${pid}/cmdline`).includes('workers/city-node/main.ts'));
    await waitUntil(async () => cityNodes().length >= 4, { timeoutMs: 60_000, what: 'the start of four city nodes' });
    const pids = familyOf(chaos.child.pid);
    chaos.child.kill('SIGKILL');
    await chaos.ended;
    await gone(pids, 'the end of all processes');
  });
});
