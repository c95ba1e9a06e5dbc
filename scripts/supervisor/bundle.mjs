// The city node as one program of few files: it starts three times as fast as from its sources, in two thirds of the memory.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { hashFiles } from './build.mjs';
import { projectPath } from './project.mjs';
import { SetupError } from './setup-error.mjs';

const sources = ['workers/city-node', 'lib', 'package.json', 'package-lock.json', 'tsconfig.json'];
/** The program, and what its threads and the processes of single peers begin with: each lies where `moduleBeside` looks for it. */
const modules = {
  'city-node-main': 'workers/city-node/main.ts',
  'dedicated-main': 'workers/city-node/dedicated/dedicated-main.ts',
  thread: 'workers/city-node/thread.ts',
};
/** They load compiled files of their own. */
const external = ['lmdb', 'secp256k1'];
/** Read beside the program at run time. */
const data = ['lib/peer-channel/peer-channel.proto'];
const programs = () => projectPath('.cache/programs');
/** Processes of an earlier one may still run from it. */
const keptMax = 3;

/** Bundles when the sources changed; gives `{ program }`, its file. Safe to run side by side: each set of sources has a directory of its own. */
export async function bundleCityNode() {
  const name = createHash('sha256').update(hashFiles(sources)).update(process.version).digest('hex').slice(0, 16);
  const directory = path.join(programs(), name);
  const program = path.join(directory, 'city-node-main.mjs');
  if (existsSync(program)) return { program };
  const aside = `${directory}.${process.pid}`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true });
  // Installed by now: this file is loaded before.
  const { build } = await import('esbuild');
  try {
    await build({
      entryPoints: Object.fromEntries(Object.entries(modules).map(([name, file]) => [name, projectPath(file)])),
      outdir: aside,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: `node${process.versions.node}`,
      external,
      tsconfig: projectPath('tsconfig.json'),
      // Less to read at each start; one letter that is not Latin makes V8 keep a file at two bytes a letter. Names stay.
      minifyWhitespace: true,
      minifySyntax: true,
      legalComments: 'none',
      sourcemap: true,
      sourcesContent: false,
      banner: { js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);" },
      logLevel: 'silent',
    });
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw new SetupError(`The city node could not be bundled:\n${error instanceof Error ? error.message : error}`);
  }
  for (const file of data) cpSync(projectPath(file), path.join(aside, path.basename(file)));
  try {
    renameSync(aside, directory);
  } catch (error) {
    // Somebody else was faster with the same sources.
    if (!existsSync(program)) throw error;
    rmSync(aside, { recursive: true, force: true });
  }
  removeOldPrograms(name);
  return { program };
}

function removeOldPrograms(current) {
  const older = readdirSync(programs())
    .filter((name) => name !== current && /^[0-9a-f]{16}$/.test(name))
    .map((name) => ({ name, at: statSync(path.join(programs(), name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { name } of older.slice(keptMax - 1)) rmSync(path.join(programs(), name), { recursive: true, force: true });
}
