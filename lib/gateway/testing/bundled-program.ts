import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const projectDirectory = path.resolve(import.meta.dirname, '../../..');
const found = new Map<string, Promise<string>>();

/**
 * The file of a program, bundled as `npm start` does it from the sources as they are. From its sources a process takes
 * seconds of a core to start, and tests start hundreds.
 */
export function bundledProgram(name: 'cityNode' | 'worker' | 'seed' | 'die-at-places' | 'telling-worker' | 'sim'): Promise<string> {
  const program =
    found.get(name) ??
    promisify(execFile)(process.execPath, ['scripts/testing/bundled-program.mjs', name], { cwd: projectDirectory }).then(({ stdout }) => stdout);
  found.set(name, program);
  return program;
}
