import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Runs the system's openssl, the second opinion on what is signed here, with these files beside it.
 * @throws Error when it is not installed: a test that cannot ask it proves nothing
 */
export function openssl(args: readonly string[], files: Readonly<Record<string, string | Uint8Array>> = {}): { status: number | null; output: string } {
  const directory = mkdtempSync(path.join(tmpdir(), 'openssl-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(path.join(directory, name), content);
    const { error, status, stdout, stderr } = spawnSync('openssl', args, { cwd: directory, encoding: 'utf8', timeout: 20_000 });
    if (error) throw new Error('The program openssl is needed by this test: apt-get install openssl.', { cause: error });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
