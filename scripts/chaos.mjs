// `npm run chaos -- provision --rounds N`: kills processes of an installation of its own while it works. See scripts/README.md.
import { existsSync } from 'node:fs';
import { projectPath } from './supervisor/project.mjs';
import { runCommand } from './supervisor/session.mjs';
import { SetupError } from './supervisor/setup-error.mjs';

const [name, ...args] = process.argv.slice(2);

await runCommand(async ({ family }) => {
  const file = projectPath(`scripts/chaos/${name}.ts`);
  if (!/^[a-z][a-z-]*$/.test(name ?? '') || !existsSync(file)) throw new SetupError('Name what to disturb, e.g. npm run chaos -- provision --rounds 20');
  return family.run([process.execPath, projectPath('scripts/with-services.mjs'), process.execPath, '--import', 'tsx', file, ...args]);
});
