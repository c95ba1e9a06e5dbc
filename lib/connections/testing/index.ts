import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';

const execute = promisify(execFile);

/** Unzips a kit where its program finds the project's packages, as after `npm install`, and does what its README says; gives what it prints. */
export async function runQuickStart(zip: Uint8Array): Promise<string> {
  const directory = mkdtempSync(path.resolve('node_modules/.kit-'));
  try {
    for (const [name, bytes] of Object.entries(unzipSync(zip, { filter: (file) => !file.name.endsWith('/') }))) {
      mkdirSync(path.join(directory, path.dirname(name)), { recursive: true });
      writeFileSync(path.join(directory, name), bytes);
    }
    const command = `. ./env.sh && cd quick-start && '${process.execPath}' index.mjs`;
    const { stdout } = await execute('/bin/sh', ['-c', command], { cwd: directory, timeout: 60_000, env: { NODE_ENV: 'production' } });
    return stdout;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
