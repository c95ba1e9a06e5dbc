// A Chromium for the journeys: named, found, or installed by apt as root. Never downloaded by Playwright.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { canInstallPackages, installDebianPackage } from '../supervisor/debian.mjs';
import { SetupError } from '../supervisor/setup-error.mjs';

function findOnPath(names) {
  for (const directory of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const name of names) {
      const file = path.join(directory, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        continue; // not here: the next directory may have it
      }
    }
  }
  return undefined;
}

/** The path of the browser's program. */
export function requireChromium() {
  const named = process.env.PLAYWRIGHT_CHROMIUM;
  if (named) {
    if (spawnSync(named, ['--version']).status === 0) return named;
    throw new SetupError(`PLAYWRIGHT_CHROMIUM names ${named}, which cannot be run.`);
  }
  const find = () => findOnPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']);
  const found = find();
  if (found) return found;
  if (canInstallPackages()) {
    installDebianPackage('chromium');
    const installed = find();
    if (installed) return installed;
  }
  throw new SetupError(
    'The browser tests need Chromium:\n' +
      '  Debian:  sudo apt-get install chromium\n' +
      '  others:  set PLAYWRIGHT_CHROMIUM to the path of a Chromium or Chrome\n' +
      'The other stages run without it: npm test -- --only lint,types,unit,integration,conformance',
  );
}
