// `npm test`: everything that is checked, from a bare clone, on free ports and throw-away data.
// The last line is always `N passed, N failed`.
import { randomBytes } from 'node:crypto';
import { installChaincodeRuntime } from './supervisor/chaincode-runtime.mjs';
import { generateClient, migrate } from './supervisor/database.mjs';
import { processEnvironment } from './supervisor/environment.mjs';
import { installPackages, requireNode } from './supervisor/install.mjs';
import { createLog, formatDuration } from './supervisor/log.mjs';
import { dataLayout } from './supervisor/project.mjs';
import { ensureSecrets } from './supervisor/secrets.mjs';
import { requirePrograms, startServices } from './supervisor/services.mjs';
import { describeError, runCommand, temporaryData } from './supervisor/session.mjs';
import { createSupervisor } from './supervisor/supervise.mjs';
import { parseTestOptions, testUsage } from './testing/options.mjs';
import { borrowServers, createShards, journeyShard, testShards } from './testing/shards.mjs';
import { needsServices, planRuns } from './testing/stages.mjs';

/** Servers, schema and the environment of tests: only when a stage needs them. */
async function prepareServices({ family, atEnd, data, log, supervise }) {
  atEnd(await borrowServers(randomBytes(6).toString('hex')));
  const services = await startServices({ data, secrets: ensureSecrets(data), supervise, log, durable: false });
  await log.step('database schema', async () => {
    await migrate(family, services.databaseUrl);
    await createShards(services.databaseUrl, [...testShards, journeyShard]);
  });
  return { services, env: processEnvironment({ ...services, data, publicUrl: 'http://127.0.0.1:3000', nodeEnv: 'test' }) };
}

async function runTogether({ names, run }, context) {
  const { log } = context;
  log.say(`\n== ${names.join(', ')}`);
  const from = performance.now();
  const counts = await run(context).catch((error) => {
    log.say(describeError(error));
    return { [names[0]]: { passed: 0, failed: 1, skipped: 0 } };
  });
  return { counts: names.map((name) => ({ name, count: counts[name] })), time: formatDuration(performance.now() - from) };
}

function describe({ counts, time }) {
  return counts.map(({ name, count }, at) => {
    if (!count) return `  - ${name}: no files yet`;
    const mark = count.failed > 0 ? '✗' : '✓';
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    const counted = count.passed + count.failed > 0 ? `: ${count.passed} passed, ${count.failed} failed${skipped}` : '';
    return `  ${mark} ${name}${counted}${at === counts.length - 1 ? ` (${time}${at > 0 ? ' together' : ''})` : ''}`;
  }).join('\n');
}

async function runStages(context, options, log) {
  const { family, atEnd } = context;
  requireNode();
  const isServed = needsServices(options.stages);
  if (isServed) await requirePrograms(log);
  await log.step('packages', () => installPackages(family));
  if (isServed) await log.step('chaincode runtime', () => installChaincodeRuntime(family));
  await log.step('database client', () => generateClient(family));
  const data = temporaryData(context, 'test');
  const supervise = createSupervisor({ family, logs: dataLayout(data).logs, say: log.say });
  const prepared = isServed
    ? await prepareServices({ family, atEnd, data, log, supervise })
    : { services: undefined, env: { ...process.env, NODE_ENV: 'test' } };

  const results = [];
  for (const together of planRuns(options.stages)) {
    results.push(await runTogether(together, { family, filters: options.filters, data, log, supervise, ...prepared }));
  }
  log.say(`\n== summary (${log.elapsed()})\n${results.map(describe).join('\n')}\n`);
  return results.flatMap(({ counts }) => counts);
}

await runCommand(async (context) => {
  const options = parseTestOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(`${testUsage}\n`);
    return 0;
  }
  const log = createLog();
  const results = await runStages(context, options, log).catch((error) => {
    process.stderr.write(`\n${describeError(error)}\n\n`);
    return [{ count: { passed: 0, failed: 1 } }];
  });
  const sum = (key) => results.reduce((total, { count }) => total + (count?.[key] ?? 0), 0);
  log.say(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 ? 0 : 1;
});
