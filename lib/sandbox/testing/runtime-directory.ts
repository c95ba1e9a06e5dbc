import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const project = path.resolve(import.meta.dirname, '../../..');

/** Where `npm start` and `npm test` install the runtime; named as scripts/supervisor/chaincode-runtime.mjs names it. */
export function runtimeDirectory(): string {
  const lock = readFileSync(path.join(project, 'lib/sandbox/runtime/package-lock.json'));
  const directory = path.join(project, '.cache/chaincode-runtime', createHash('sha256').update(lock).digest('hex').slice(0, 16));
  if (!existsSync(directory)) throw new Error(`${directory} is missing. Run these tests by \`npm test\` or \`npm run with-services -- npx vitest run …\`: both install it.`);
  return directory;
}
