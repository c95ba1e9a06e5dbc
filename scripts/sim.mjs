// `npm run sim -- --seeds N --from S --mode solo|crash|byzantine`: hunts the consensus core. See scripts/README.md.
import { bundleSimulator } from './supervisor/bundle.mjs';
import { runCommand } from './supervisor/session.mjs';

await runCommand(async ({ family }) => family.run([process.execPath, await bundleSimulator(), ...process.argv.slice(2)]));
