// `npm run sim -- --seeds N --from S --mode solo|crash|byzantine`: hunts the consensus core. See scripts/README.md.
import { projectPath } from './supervisor/project.mjs';
import { runCommand } from './supervisor/session.mjs';

await runCommand(({ family }) => family.run([process.execPath, '--import', 'tsx', projectPath('scripts/sim/run.ts'), ...process.argv.slice(2)]));
