import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const projectDirectory = path.resolve(import.meta.dirname, '../../..');
let program: Promise<string> | undefined;

/**
 * The file of the city node's program, bundled from the sources as they are: what `npm start` runs. From its sources a
 * process takes two seconds of a core to start, and tests start a hundred of them.
 */
export function cityNodeProgram(): Promise<string> {
  program ??= promisify(execFile)(process.execPath, ['scripts/testing/city-node-program.mjs'], { cwd: projectDirectory }).then(({ stdout }) => stdout);
  return program;
}
