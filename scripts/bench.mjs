// `npm run bench -- <name>`: one measurement. See bench/README.md.
import { existsSync } from 'node:fs';
import { projectPath } from './supervisor/project.mjs';
import { runCommand } from './supervisor/session.mjs';
import { SetupError } from './supervisor/setup-error.mjs';

const [name, ...args] = process.argv.slice(2);

await runCommand(async ({ family }) => {
  const file = projectPath(`bench/${name}.ts`);
  if (!/^[a-z][a-z-]*$/.test(name ?? '') || !existsSync(file)) throw new SetupError('Name a bench: ethereum, provision or start. See bench/README.md.');
  return family.run([process.execPath, '--import', 'tsx', file, ...args]);
});
