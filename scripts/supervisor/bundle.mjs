// Programs of few files: they start five times as fast as from their sources, the city node in two thirds of the memory.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { hashFiles } from './build.mjs';
import { projectPath } from './project.mjs';
import { removeOlder } from './remove-older.mjs';
import { SetupError } from './setup-error.mjs';

const ofAll = ['lib', 'scripts/supervisor/bundle.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'];
/** Needs no client of the database. */
const ledgerPrograms = {
  kind: 'city-node',
  sources: ['workers/city-node', 'scripts/backup'],
  // The program, and what its threads and the processes of single peers begin with: each lies where `moduleBeside` looks for it.
  modules: {
    'city-node-main': 'workers/city-node/main.ts',
    'dedicated-main': 'workers/city-node/dedicated/dedicated-main.ts',
    thread: 'workers/city-node/thread.ts',
    'read-ledgers': 'scripts/backup/read-ledgers.ts',
  },
  /** Read beside the program at run time. */
  data: ['lib/peer-channel/peer-channel.proto'],
  /** Loaded by name at run time, some of them late: a program without them would fail long after its start. */
  packages: ['lmdb', 'koffi', 'secp256k1', '@grpc/proto-loader'],
};
const portalPrograms = {
  kind: 'portal',
  sources: ['workers', 'prisma', 'scripts'],
  modules: { 'worker-main': 'workers/main.ts', seed: 'prisma/seed.ts', 'join-embedded-hosts': 'scripts/join-embedded-hosts.ts' },
};
/** A bench of the engine runs as the engine does in production. */
const benchPrograms = { kind: 'bench', sources: ['bench'], modules: { provision: 'bench/hosting/provision.ts', flood: 'bench/hosting/flood.ts' } };
const simulatorPrograms = { kind: 'sim', sources: ['scripts/sim'], modules: { sim: 'scripts/sim/run.ts', worker: 'scripts/sim/worker.ts' } };
/** They load compiled files of their own. */
const external = ['lmdb', 'koffi', 'secp256k1', '@node-rs/argon2', 'pkcs11js'];
/** Zod's door brings its messages in fifty languages along, a tenth of the city node; English is what its users read. */
const zodInEnglish = {
  name: 'zod-in-english',
  setup: (build) => build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.(c?js)$/ }, ({ path: file }) => ({ contents: `export { default as en } from './en.js';`, loader: 'js', resolveDir: path.dirname(file) })),
};
const programs = (kind) => projectPath('.cache/programs', kind);

/** @returns {Promise<{ cityNode: string, worker: string, seed: string, joinHosts: string }>} their files */
export async function bundlePrograms() {
  const cityNode = await bundleCityNode();
  const directory = await bundle(portalPrograms);
  const [worker, seed, joinHosts] = ['worker-main', 'seed', 'join-embedded-hosts'].map((name) => path.join(directory, `${name}.mjs`));
  return { cityNode, worker, seed, joinHosts };
}

/** @returns {Promise<string>} the city node's file */
export const bundleCityNode = async () => path.join(await bundle(ledgerPrograms), 'city-node-main.mjs');

/** @returns {Promise<string>} the file of the program that reads copies of ledgers */
export const bundleLedgerReader = async () => path.join(await bundle(ledgerPrograms), 'read-ledgers.mjs');

/** @returns {Promise<string>} the directory with `provision.mjs` and `flood.mjs` */
export const bundleEngineBenches = () => bundle(benchPrograms);

/** @returns {Promise<string>} the simulator's file */
export const bundleSimulator = async () => path.join(await bundle(simulatorPrograms), 'sim.mjs');

/**
 * Bundles when the sources changed. Safe to run side by side: each set of sources has a directory of its own.
 * @param {{ kind: string, sources: string[], modules: Record<string, string>, data?: string[], packages?: string[] }} programs
 *   `sources`: what they are made of beside the rooms; `modules`: the source of each program by the name that its file will
 *   have; `data`, `packages`: what they need beside it at run time
 * @returns {Promise<string>} the directory in which the programs lie
 */
export async function bundle({ kind, sources, modules, data = [], packages = [] }) {
  checkNeeds(kind, data, packages);
  const name = createHash('sha256').update(hashFiles([...sources, ...ofAll])).update(JSON.stringify(modules)).update(process.version).digest('hex').slice(0, 16);
  const directory = path.join(programs(kind), name);
  if (existsSync(directory)) return directory;
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
      plugins: [zodInEnglish],
      logLevel: 'silent',
    });
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw new SetupError(`The programs (${kind}) could not be bundled:\n${error instanceof Error ? error.message : error}`);
  }
  for (const file of data) cpSync(projectPath(file), path.join(aside, path.basename(file)));
  try {
    renameSync(aside, directory);
  } catch (error) {
    // Somebody else was faster with the same sources.
    if (!existsSync(directory)) throw error;
    rmSync(aside, { recursive: true, force: true });
  }
  removeOlder(programs(kind), name);
  return directory;
}

function checkNeeds(kind, data, packages) {
  const { resolve } = createRequire(projectPath('package.json'));
  const isMissing = (name) => {
    try {
      return resolve(name) === undefined;
    } catch {
      return true;
    }
  };
  const missing = [...data.filter((file) => !existsSync(projectPath(file))), ...packages.filter(isMissing)];
  if (missing.length > 0) throw new SetupError(`The programs (${kind}) need what is not there: ${missing.join(', ')}. Run npm ci, and look at git status.`);
}
