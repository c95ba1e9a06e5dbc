import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';

const execute = promisify(execFile);

/** Presses Copy and gives what a person would paste. */
export async function copied(page: Page, button: string): Promise<string> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: button, exact: true }).click();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Saves the code as it stands and runs it with the clients that this project has installed; gives what it prints. */
export async function runSnippet(code: string): Promise<string> {
  // Below node_modules, so that `import "viem"` finds the package as it would after `npm i viem`.
  const directory = await mkdtemp(path.resolve('node_modules/.snippet-'));
  try {
    const file = path.join(directory, 'tap.mjs');
    await writeFile(file, code, { mode: 0o600 });
    const { stdout } = await execute(process.execPath, [file], { timeout: 30_000, env: { PATH: process.env.PATH, NODE_ENV: 'production' } });
    return stdout;
  } finally {
    await rm(directory, { recursive: true });
  }
}
