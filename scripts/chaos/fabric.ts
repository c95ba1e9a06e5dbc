import { randomInt } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadFabricTesting } from '@/lib/ledger/testing';
import { FabricCity } from './fabric/city';
import { checkBlocks, secretsOf, sumsOf } from './fabric/check-blocks';
import { COUNTERS, pick, transact, write, type Written } from './fabric/writer';
import { seededRandom } from './state-file';

const usage = `Three city-node processes with one Fabric channel, official clients that write to it, and kill -9.

  npm run chaos -- fabric [--rounds 20] [--finality crash] [--seed n] [--clients 6]

Each round kills one host, or all of them, at a random moment and starts them again. In the end every host must take a
transaction and all come to one height; then blocks, codes, counters, histories and private data of each host are checked
against what the clients were told, and each host's blocks by an auditor that shares no code with it. What a fault needs
to be understood is kept in .cache/chaos. The last line is the sum.`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    finality: { type: 'string', default: 'crash' },
    seed: { type: 'string' },
    clients: { type: 'string', default: '6' },
    help: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const clientCount = Number(values.clients);
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const { finality } = values;
const areWhole = Number.isInteger(rounds) && rounds >= 1 && rounds <= 100_000 && Number.isInteger(clientCount) && clientCount >= 1 && clientCount <= 50 && Number.isInteger(seed);
if (values.help || !areWhole || (finality !== 'solo' && finality !== 'crash')) {
  process.stderr.write(`${usage}\n`);
  process.exit(values.help ? 0 : 1);
}

const SETTLE_MS_MAX = 120_000;
const SECRET_MS_MAX = 60_000;
const say = (line: string) => process.stdout.write(`${line}\n`);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8').replaceAll('"', '');

async function play(city: FabricCity, written: Written[]): Promise<string[]> {
  const random = seededRandom(seed);
  const stop = new AbortController();
  const working = Array.from({ length: clientCount }, (_, number) => write({ number, city, random: seededRandom(seed * 1_000 + number), written }, stop.signal));
  for (let round = 1; round <= rounds; round += 1) {
    await delay(500 + random() * 2_500);
    const victims = random() < 0.2 ? city.hosts : [pick(city.hosts, random)];
    await Promise.all(victims.map((host) => host.end('SIGKILL')));
    await delay(random() * 1_500);
    await Promise.all(victims.map((host) => host.resume()));
    say(`round ${round} of ${rounds}: ${victims.map((host) => city.cityNodeOf(host)).join(', ')} killed; ${written.length} transactions begun, ${written.filter(({ outcome }) => outcome?.kind === 'final').length} told to be final`);
  }
  stop.abort();
  await Promise.all(working);
  return [...(await settle(city, written)), ...(await judge(city, written))];
}

/** All is well: each host must take a transaction, and all come to one height. */
async function settle(city: FabricCity, written: Written[]): Promise<string[]> {
  const untilMs = Date.now() + SETTLE_MS_MAX;
  for (const [index, host] of city.hosts.entries()) {
    const random = seededRandom(seed + index);
    for (let count = 0; !(await transact({ number: clientCount + index, city, random, written }, host, count)); count += 1) {
      if (Date.now() > untilMs) return [`${city.cityNodeOf(host)} takes no transaction within ${SETTLE_MS_MAX / 1_000} s after all was well`];
      await delay(200);
    }
  }
  for (;;) {
    const heights = await Promise.all(city.hosts.map((host) => city.height(host)));
    if (heights.every((height) => height === heights[0])) return [];
    if (Date.now() > untilMs) return [`the hosts do not come to one height: ${heights.join(', ')}`];
    await delay(200);
  }
}

async function judge(city: FabricCity, written: readonly Written[]): Promise<string[]> {
  const { auditBlocks } = await loadFabricTesting();
  const hosts = [];
  for (const host of city.hosts) hosts.push({ host, name: city.cityNodeOf(host), blocks: await city.blocks(host) });
  const { faults, places } = checkBlocks(hosts, written);
  const found = [...faults];
  const sums = sumsOf(written, places);
  const secrets = secretsOf(written, places);
  for (const { host, name, blocks } of hosts) {
    found.push(...auditBlocks(blocks).findings.map((finding) => `${name}: ${finding}`));
    const contract = city.contract(host, pick(city.organisations, Math.random));
    for (const counter of COUNTERS) {
      const { sum, txIds } = sums.get(counter) ?? { sum: 0, txIds: [] };
      const value = Number(text(await contract.evaluateTransaction('get', counter)));
      if (value !== sum) found.push(`${name}: the counter ${counter} is ${value}, where ${sum} came of the valid transactions`);
      const past = text(await contract.evaluateTransaction('past', counter)).split(' ').filter((one) => one !== '');
      if (past.join() !== txIds.toReversed().join()) found.push(`${name}: the past of ${counter} has ${past.length} changes, where ${txIds.length} are in the chain, or not in their order`);
    }
    // What others endorsed is asked for after the block.
    const untilMs = Date.now() + SECRET_MS_MAX;
    for (const { key, secret } of secrets) {
      for (let revealed = ''; revealed !== secret; ) {
        revealed = await contract.evaluateTransaction('reveal', key).then(text, (error: unknown) => String(error));
        if (revealed === secret) break;
        if (Date.now() > untilMs) {
          found.push(`${name}: the private data of ${key} are ${revealed}`);
          break;
        }
        await delay(500);
      }
    }
  }
  say(JSON.stringify({ seed, finality, rounds, begun: written.length, told: written.filter(({ outcome }) => outcome?.kind === 'final').length, inChain: places.size, valid: [...places.values()].filter(({ code }) => code === 0).length, secrets: secrets.length, blocks: hosts[0]?.blocks.length, faults: found.length }));
  return found;
}

say(`seed ${seed}: ${finality}, three hosts, ${clientCount} clients, ${rounds} rounds`);
const written: Written[] = [];
const city = await FabricCity.open(finality);
const faults = await play(city, written).catch((error: unknown) => [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
for (const fault of faults) say(`fault: ${fault}`);
if (faults.length > 0) {
  const to = path.resolve('.cache/chaos', `fabric-${seed}`);
  mkdirSync(to, { recursive: true });
  writeFileSync(path.join(to, 'written.json'), JSON.stringify(written));
  for (const host of city.hosts) {
    await host.end('SIGTERM');
    writeFileSync(path.join(to, `${host.join.hostId}.log`), host.output);
    cpSync(host.directory, path.join(to, host.join.hostId), { recursive: true });
  }
  say(`kept in ${to}`);
}
await city.close();
say(`${faults.length === 0 ? rounds : 0} passed, ${faults.length} failed`);
process.exit(faults.length === 0 ? 0 : 1);
