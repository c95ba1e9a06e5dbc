// Debian's packages: installed without asking only as root, on a machine that has apt.
import { spawnSync } from 'node:child_process';
import { SetupError } from './setup-error.mjs';

export function canInstallPackages() {
  return process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Installs a Debian package as root, refreshing the package lists once when it is not known. */
export function installDebianPackage(name) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }; // runlevel 1: no system service is started
  const apt = (...args) => spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=180', ...args], { env, encoding: 'utf8' });
  const install = () => apt('install', '-y', '--no-install-recommends', name);
  let result = install();
  if (result.status !== 0) {
    apt('update');
    result = install();
  }
  if (result.status !== 0) throw new SetupError(`apt-get could not install ${name}:\n${(result.stderr || result.stdout).trim()}`);
}
