// The program that locks publishers' code in (lib/sandbox): found on the PATH, or installed by apt as root.
import { spawnSync } from 'node:child_process';
import { canInstallPackages, installDebianPackage } from './debian.mjs';
import { SetupError } from './setup-error.mjs';

const oldestMinor = 8;

/** As [major, minor]. */
function bubblewrapVersion() {
  const result = spawnSync('bwrap', ['--version'], { encoding: 'utf8' });
  if (result.status !== 0) return undefined;
  return (/(\d+)\.(\d+)/.exec(result.stdout) ?? [0, 0, 0]).slice(1).map(Number);
}

/** The same for who can do without: a note of what is missing. */
export function findBubblewrap() {
  try {
    return requireBubblewrap();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return `missing: Fabric chaincode is refused until it is installed (${error.message.split('\n', 1)[0]})`;
  }
}

/** Makes sure that `bwrap` is there; gives a note of what was done. It exists for Linux alone: elsewhere chaincode is refused. */
export function requireBubblewrap() {
  if (process.platform !== 'linux') return 'not on this system: Fabric chaincode is refused';
  let note = 'found';
  let version = bubblewrapVersion();
  if (version === undefined && canInstallPackages()) {
    installDebianPackage('bubblewrap');
    note = 'installed by apt';
    version = bubblewrapVersion();
  }
  if (version !== undefined) {
    const [major, minor] = version;
    if (major > 0 || minor >= oldestMinor) return note;
    throw new SetupError(`bubblewrap ${major}.${minor} is too old: 0.${oldestMinor} or newer is needed.`);
  }
  throw new SetupError(
    'Bubblewrap is missing. Chainworks runs the code of publishers in it, and never without it; it needs the program `bwrap`, version 0.8 or newer:\n' +
      '  Debian, Ubuntu:  sudo apt-get install bubblewrap\n' +
      '  Fedora:          sudo dnf install bubblewrap',
  );
}
