// The program that locks publishers' code in (lib/sandbox): found on the PATH, or installed by apt as root.
import { spawnSync } from 'node:child_process';
import { canInstallPackages, installDebianPackage } from './debian.mjs';
import { SetupError } from './setup-error.mjs';

const isThere = () => spawnSync('bwrap', ['--version'], { stdio: 'ignore' }).status === 0;

/** Makes sure that `bwrap` is there; gives a note of what was done. It exists for Linux alone: elsewhere chaincode is refused. */
export function requireBubblewrap() {
  if (process.platform !== 'linux') return 'not on this system: Fabric chaincode is refused';
  if (isThere()) return 'found';
  if (canInstallPackages()) {
    installDebianPackage('bubblewrap');
    if (isThere()) return 'installed by apt';
  }
  throw new SetupError(
    'Bubblewrap is missing. Chainworks runs the code of publishers in it, and never without it; it needs the program `bwrap`, version 0.8 or newer:\n' +
      '  Debian, Ubuntu:  sudo apt-get install bubblewrap\n' +
      '  Fedora:          sudo dnf install bubblewrap',
  );
}
