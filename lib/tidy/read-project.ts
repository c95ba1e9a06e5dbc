import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Texts } from './tree';

const isText = /\.(ts|tsx|mjs|js|css|json|md)$/;
/** Made by tools, not written: what .gitignore names. */
const madeByTools = new Set(['node_modules', '.git', '.next', '.data', '.cache', 'generated', 'test-results', 'playwright-report', '.work']);
const isLeftOut = /(^|\/)vectors\/|^package-lock\.json$|\.d\.ts$/;

/** Every text of the project, by its path from the root. */
export function readProject(root: string): Texts {
  const texts: Record<string, string> = {};
  const read = (folder: string): void => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const file = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!madeByTools.has(entry.name)) read(file);
      } else if (isText.test(file) && !isLeftOut.test(file)) texts[file] = readFileSync(path.join(root, file), 'utf8');
    }
  };
  read('');
  return texts;
}
