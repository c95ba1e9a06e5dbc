import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createTemporaryDirectory } from './testing/temporary-directory';

const home = createTemporaryDirectory();
afterAll(() => home.remove());

describe('a real file system that is full', () => {
  it('costs nothing that was acknowledged: transactions are refused, reads go on, and all of it works again once there is room', { timeout: 180_000 }, () => {
    const script = fileURLToPath(new URL('testing/full-disk-process.ts', import.meta.url));
    // Users and mounts of its own: a small file system needs no privileges then, and is gone with the process.
    const command = `mount -t tmpfs -o size=8m tmpfs "$1" && exec "$2" --import tsx "$3" "$1"`;
    const output = execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', command, 'sh', home.path, process.execPath, script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const seen = JSON.parse(output.trim().split('\n').at(-1) ?? '');
    process.stdout.write(`on a file system of 8 MB: ${JSON.stringify(seen)}\n`);
    expect(seen).toMatchObject({ codes: ['storage-full', 'storage-full', 'storage-full', 'storage-full'], recovered: 2, state: 'running', lost: 0 });
    expect(seen.answered).toBeGreaterThan(100);
  });
});
