// The stages of `npm test`: each runs to its end, says what it counted, and never throws for a red test.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { dataLayout, projectPath } from '../supervisor/project.mjs';
import { requireChromium } from './chromium.mjs';
import { countPlaywright, readCount, readCounts } from './results.mjs';
import { journeyShard, shardEnvironment } from './shards.mjs';
import { startTestProduct } from './start-test-product.mjs';

const node = (file, ...args) => [process.execPath, projectPath('node_modules', file), ...args];

const rooms = ['app', 'bench', 'lib', 'prisma', 'scripts', 'workers'];
const endings = {
  unit: /^[^.]+\.test\.(ts|tsx|mjs)$/,
  integration: /\.integration\.test\.(ts|tsx|mjs)$/,
  conformance: /\.conformance\.test\.(ts|tsx|mjs)$/,
  full: /\.full\.test\.(ts|tsx|mjs)$/,
  browser: /\.journey\.ts$/,
};

/** A stage is passed over only while there is no file of it at all. */
function hasTests(stage, places = stage === 'browser' ? ['e2e'] : rooms) {
  return places.some((place) => {
    if (!existsSync(projectPath(place))) return false;
    const entries = readdirSync(projectPath(place), { withFileTypes: true });
    return entries.some((entry) => (entry.isDirectory() ? hasTests(stage, [path.join(place, entry.name)]) : endings[stage].test(entry.name)));
  });
}

/** A tool is no test: it adds to the count only when it fails. */
async function runTools({ family }, ...commands) {
  for (const command of commands) {
    if ((await family.run(command)) !== 0) return { passed: 0, failed: 1, skipped: 0 };
  }
  return { passed: 0, failed: 0, skipped: 0 };
}

/** Stages in one run, so that one whose tests wait leaves the cores to another. */
async function runVitest(context, names) {
  const found = names.filter((name) => hasTests(name));
  if (found.length === 0) return {};
  const { family, filters, data, env } = context;
  const reportFile = path.join(data, `${found[0]}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  // `unit` has a second project, for those that share processes.
  const projects = found.flatMap((name) => ['--project', `${name}*`]);
  const exitCode = await family.run(node('vitest/vitest.mjs', 'run', ...projects, ...reporters, ...filters), { env });
  return readCounts({ exitCode, reportFile, endings: Object.fromEntries(found.map((name) => [name, endings[name]])), isFiltered: filters.length > 0 });
}

/** Builds, seeds and starts the whole product on free ports, and walks through it in a browser. */
async function runBrowser(context) {
  if (!hasTests('browser')) return undefined;
  const { family, filters, data, services, supervise, log } = context;
  const chromium = requireChromium();
  const own = shardEnvironment({ DATABASE_URL: services.databaseUrl, REDIS_URL: services.redisUrl, CHAINWORKS_DATA: data }, journeyShard);
  const productData = own.CHAINWORKS_DATA;
  const where = { data: productData, databaseUrl: own.DATABASE_URL, redisUrl: own.REDIS_URL };
  const { publicUrl } = await startTestProduct({ family, log, supervise }, where);

  const reportFile = path.join(data, 'browser.json');
  const command = node('@playwright/test/cli.js', 'test', '--reporter=list,json', ...filters);
  const exitCode = await family.run(command, {
    env: {
      ...process.env,
      PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
      PLAYWRIGHT_JSON_OUTPUT_NAME: reportFile,
      PLAYWRIGHT_CHROMIUM: chromium,
      CHAINWORKS_TEST_URL: publicUrl,
      CHAINWORKS_TEST_DATA: productData,
      CHAINWORKS_TEST_DATABASE_URL: own.DATABASE_URL,
      CHAINWORKS_TEST_REDIS_URL: own.REDIS_URL,
    },
  });
  if (exitCode !== 0) {
    const kept = projectPath('test-results/logs');
    cpSync(dataLayout(data).logs, kept, { recursive: true });
    log.say(`  the product's logs are kept in ${path.relative(projectPath(), kept)}`);
  }
  return readCount({ exitCode, reportFile, count: countPlaywright });
}

const alone = (run) => async (context, [name]) => ({ [name]: await run(context) });
/** In the order in which they run; those of one line run together. */
const runs = [
  { stages: ['lint'], run: alone((context) => runTools(context, node('oxlint/bin/oxlint', '--deny-warnings'))) },
  {
    stages: ['types'],
    // `next typegen` writes the types of routes and of imported styles, which git does not keep.
    run: alone((context) => runTools(context, node('next/dist/bin/next', 'typegen'), node('typescript/bin/tsc', '--noEmit'))),
  },
  { stages: ['unit', 'integration', 'conformance'], run: runVitest },
  { stages: ['browser'], run: alone(runBrowser) },
  { stages: ['full'], run: runVitest },
];
const withoutServices = ['lint', 'types', 'unit'];

export const needsServices = (names) => names.some((name) => !withoutServices.includes(name));

/**
 * What is to run one after another for these stages.
 * @returns {{ names: string[], run: (context: any) => Promise<Record<string, import('./results.mjs').Count | undefined>> }[]}
 */
export function planRuns(names) {
  return runs.flatMap(({ stages, run }) => {
    const wanted = stages.filter((name) => names.includes(name));
    return wanted.length === 0 ? [] : [{ names: wanted, run: (context) => run(context, wanted) }];
  });
}
