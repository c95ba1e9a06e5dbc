// `npm run chaos -- provision --rounds N`, `-- ledger --minutes M`, `-- fabric --rounds N`, `-- power-cut --cuts N`, `-- kill --rounds N`, `-- flip`: breaks what it started itself while it works. See scripts/README.md.
import { spawnSync } from 'node:child_process';
import { installChaincodeRuntime } from './supervisor/chaincode-runtime.mjs';
import { canInstallPackages, installDebianPackage } from './supervisor/debian.mjs';
import { projectPath } from './supervisor/project.mjs';
import { runCommand, temporaryData } from './supervisor/session.mjs';
import { SetupError } from './supervisor/setup-error.mjs';

const tsx = [process.execPath, '--import', 'tsx'];

const disturbances = {
  provision: (context, args) => [process.execPath, projectPath('scripts/with-services.mjs'), ...tsx, projectPath('scripts/chaos/provision.ts'), ...args],
  'power-cut': (context, args) => [...tsx, projectPath('scripts/chaos/power-cut.ts'), ...args],
  flip: (context, args) => [...tsx, projectPath('scripts/chaos/flip.ts'), '--directory', temporaryData(context, 'chaos'), ...args],
  kill: (context, args) => [...tsx, projectPath('scripts/chaos/kill.ts'), '--directory', temporaryData(context, 'chaos'), ...args],
  async fabric(context, args) {
    await installChaincodeRuntime(context.family);
    return [...tsx, projectPath('scripts/chaos/fabric.ts'), ...args];
  },
  ledger(context, args) {
    requireProgram('ip', 'iproute2');
    requireProgram('nsenter', 'util-linux');
    // Own users, network and processes: partitions need no privileges, and nothing outlives the first process of it.
    const apart = ['unshare', '--user', '--map-root-user', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', '--'];
    if (spawnSync(apart[0], [...apart.slice(1), 'true'], { stdio: 'ignore' }).status !== 0) {
      throw new SetupError('This machine does not let us make namespaces for users and networks (unshare -rn), which cut the city nodes off from each other.');
    }
    return [...apart, ...tsx, projectPath('scripts/chaos/ledger.ts'), '--directory', temporaryData(context, 'chaos'), ...args];
  },
};

function requireProgram(program, debianPackage) {
  if (spawnSync(program, ['-V'], { stdio: 'ignore' }).error === undefined) return;
  if (!canInstallPackages()) throw new SetupError(`The program ${program} is missing. Install it, e.g. with: sudo apt-get install ${debianPackage}`);
  installDebianPackage(debianPackage);
}

const [name, ...args] = process.argv.slice(2);

await runCommand(async (context) => {
  const disturb = Object.hasOwn(disturbances, name ?? '') ? disturbances[name] : undefined;
  if (!disturb) throw new SetupError('Name what to disturb, e.g. npm run chaos -- provision --rounds 20, npm run chaos -- ledger --minutes 8, npm run chaos -- fabric --rounds 20, npm run chaos -- power-cut --cuts 1000, npm run chaos -- kill --rounds 20 or npm run chaos -- flip');
  return context.family.run(await disturb(context, args));
});
