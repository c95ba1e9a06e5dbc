import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueAccessKey } from '@/lib/access-keys';
import { bundledProgram } from '@/lib/gateway/testing';
import { ringOperation } from '@/lib/operations';
import { getDb } from '@/lib/platform';
import { findSubChain } from '@/lib/sub-chains';
import { finalOperation, givenCaller, givenPaidApplication, openInstallation, startChild } from '@/lib/sub-chains/testing';
import { connect } from './backup/tables.mjs';
import { migrate } from './supervisor/database.mjs';
import { withPostgres } from './supervisor/postgres.mjs';
import { createFamily } from './supervisor/processes.mjs';
import { dataLayout, hostDirectory, projectPath } from './supervisor/project.mjs';

const home = mkdtempSync(path.join(os.tmpdir(), 'chainworks-backup-'));
const data = path.join(home, 'data');
const to = path.join(home, 'backups');
const restored = path.join(home, 'restored');
const restoredDatabase = `restored_${process.pid}`;
const installations = [];
let client;

beforeAll(async () => {
  mkdirSync(data, { mode: 0o700 });
  copyFileSync(process.env.CHAINWORKS_SECRETS, dataLayout(data).secrets);
  for (const [number, cityNodes] of [[1, ['SIN', 'PAR']], [2, ['JNB', 'HKG']]]) {
    const directory = hostDirectory(data, number);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const installation = await openInstallation({ cityNodes, directory, logLevel: 'warn' });
    installations.push({ installation, child: await installation.startCityNode() });
  }
  installations[0].installation.startWorker({ LOG_LEVEL: 'warn' });
  client = await openClient();
}, 120_000);
afterAll(async () => {
  for (const { installation } of installations) await installation.close();
  await withPostgres(process.env.DATABASE_URL, (server) => server.query(`DROP DATABASE IF EXISTS "${restoredDatabase}" WITH (FORCE)`));
  rmSync(home, { recursive: true, force: true });
});

/** A Byzantine-tolerant sub-chain on four city nodes in two processes, and somebody who sends transfers to it. */
async function openClient() {
  const caller = await givenCaller();
  const { applicationId, operationId } = await givenPaidApplication(caller, { cityNodes: ['SIN', 'PAR', 'JNB', 'HKG'], finality: 'byzantine' });
  await ringOperation(operationId);
  expect((await finalOperation(operationId, 60_000)).state).toBe('SUCCEEDED');
  const subChain = await findSubChain(caller, applicationId);
  const { key } = await issueAccessKey(caller, applicationId, {});
  const account = privateKeyToAccount(generatePrivateKey());
  const url = subChain.endpoints[0].url;
  let nonce = 0;
  const call = async (method, params) => {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', 'x-api-key': key }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
    const { result, error } = await response.json();
    if (error) throw new Error(error.message);
    return result;
  };
  return {
    applicationId,
    slug: subChain.slug,
    call,
    /** Sends a transfer; gives its hash once it is final. */
    async send() {
      const signed = await account.signTransaction({ chainId: Number(subChain.chainId), nonce, gas: 21_000n, gasPrice: 0n, to: account.address, type: 'legacy' });
      nonce += 1;
      const hash = await call('eth_sendRawTransaction', [signed]);
      for (;;) {
        if (await call('eth_getTransactionReceipt', [hash])) return hash;
        await sleep(20);
      }
    },
    restart: (transactions) => (nonce = transactions),
  };
}

async function run(script, args, env = {}) {
  const child = spawn(process.execPath, [projectPath('scripts', script), ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  return { code, output };
}

const listBackups = () => readdirSync(to).filter((name) => name.startsWith('chainworks-')).sort();
const lastBackup = () => path.join(to, listBackups().at(-1) ?? '');

describe('a backup of a running installation', () => {
  const sent = [];
  let acknowledgedBefore;

  it('is taken while clients send, restored aside, and found the same', { timeout: 180_000 }, async () => {
    for (let count = 0; count < 5; count += 1) sent.push(await client.send());
    acknowledgedBefore = sent.length;
    let isOver = false;
    const sending = (async () => {
      while (!isOver) sent.push(await client.send());
    })();
    const { code, output } = await run('backup.mjs', ['--data', data, '--to', to, '--verify']);
    isOver = true;
    await sending;
    expect(output).toMatch(/restored and found the same/);
    expect(code).toBe(0);
    expect(output).toMatch(/city nodes stood still for \d+ ms/);
    expect(sent.length).toBeGreaterThan(acknowledgedBefore);
    process.stdout.write(output);
  });

  it('leaves the city nodes running, and nothing half-made', async () => {
    for (const { child } of installations) expect(child.isRunning()).toBe(true);
    await client.send();
    expect(readdirSync(to)).toEqual([path.basename(lastBackup())]);
  });

  it('is readable by its owner alone, and holds no index', () => {
    const entries = readdirSync(lastBackup(), { withFileTypes: true, recursive: true });
    for (const entry of [{ parentPath: to, name: path.basename(lastBackup()) }, ...entries]) {
      expect(statSync(path.join(entry.parentPath, entry.name)).mode & 0o077, entry.name).toBe(0);
    }
    const names = entries.map((entry) => entry.name);
    expect(names).not.toContain('index');
    expect(names).not.toContain('lock.json');
    for (const wanted of ['manifest.json', 'heads.json', 'secrets.json', 'node.key', 'join.json', 'register.journal', 'Application.copy.gz', 'AuditEvent.copy.gz', '_prisma_migrations.copy.gz']) expect(names).toContain(wanted);
  });

  it.each([
    ['a table', 'database/AuditEvent.copy.gz'],
    ['a ledger', 'data/host/SIN/segment-00000001.log'],
    ['what it says of the ledgers', 'heads.json'],
  ])('with a damaged byte in %s is refused, the file named, and nothing is restored', { timeout: 60_000 }, async (_what, file) => {
    const damaged = path.join(home, 'damaged');
    cpSync(lastBackup(), damaged, { recursive: true });
    const bytes = readFileSync(path.join(damaged, file));
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    writeFileSync(path.join(damaged, file), bytes);
    const { code, output } = await run('restore.mjs', ['--from', damaged, '--data', path.join(home, 'never')], { DATABASE_URL: '' });
    rmSync(damaged, { recursive: true });
    expect(code).toBe(1);
    expect(output).toContain(`${path.join(damaged, file)} is not as it was written`);
    expect(output).not.toMatch('    at ');
    expect(readdirSync(home).sort()).toEqual(['backups', 'data']);
  });

  it('that is killed leaves nothing that looks complete, paused or in the way of the next', { timeout: 180_000 }, async () => {
    const before = listBackups();
    const child = spawn(process.execPath, [projectPath('scripts/backup.mjs'), '--data', data, '--to', to], { stdio: ['ignore', 'pipe', 'pipe'], env: process.env });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    while (!output.includes('✓ database')) await sleep(5);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(listBackups()).toEqual(before);
    expect(readdirSync(to).some((name) => name.startsWith('.unfinished-'))).toBe(true);
    await client.send();

    const { code } = await run('backup.mjs', ['--data', data, '--to', to, '--keep', '1']);
    expect(code).toBe(0);
    expect(listBackups().filter((name) => before.includes(name))).toEqual([]);
    expect(readdirSync(to)).toHaveLength(1);
  });

  it('becomes an installation that goes on where it was, with the same rows, rules and accesses', { timeout: 180_000 }, async () => {
    const { height: saved } = JSON.parse(readFileSync(path.join(lastBackup(), 'heads.json'), 'utf8'))[0].heads.find(({ chain }) => chain === client.slug);
    const transactions = Number(await client.call('eth_getTransactionCount', [await addressOf(), 'latest']));
    const rows = await getDb().auditEvent.count();
    for (const { installation } of installations) await installation.close();

    const databaseUrl = new URL(process.env.DATABASE_URL);
    databaseUrl.pathname = `/${restoredDatabase}`;
    const { code, output } = await run('restore.mjs', ['--from', lastBackup(), '--data', restored], { DATABASE_URL: databaseUrl.toString() });
    expect(output).toMatch(/Start it with: npm start -- --data .* --city-nodes 2/);
    expect(code).toBe(0);

    const family = createFamily();
    await migrate(family, databaseUrl.toString());
    await family.stop();
    const db = await connect(databaseUrl.toString());
    try {
      expect(Number((await db.query('SELECT count(*) FROM "AuditEvent"')).rows[0].count)).toBeLessThanOrEqual(rows);
      expect((await db.query('SELECT state FROM "Application" WHERE id = $1', [client.applicationId])).rows).toEqual([{ state: 'RUNNING' }]);
      await expect(db.query('DELETE FROM "AuditEvent"')).rejects.toThrow(/append-only/);
      // The next number is behind the saved ones.
      await db.query(`INSERT INTO "AuditEvent" SELECT (jsonb_populate_record(e, jsonb_build_object('id', nextval(pg_get_serial_sequence('"AuditEvent"', 'id'))))).* FROM "AuditEvent" e LIMIT 1`);
    } finally {
      await db.end();
    }

    const program = await bundledProgram('cityNode');
    const children = [1, 2].map((number) => startChild(program, ['--data', hostDirectory(restored, number), '--log-level', 'warn']));
    try {
      await expect.poll(() => client.call('eth_blockNumber', []).catch(() => undefined), { timeout: 60_000 }).toBeDefined();
      expect(Number(await client.call('eth_blockNumber', []))).toBeGreaterThanOrEqual(saved);
      for (const hash of sent.slice(0, acknowledgedBefore)) expect(await client.call('eth_getTransactionReceipt', [hash]), hash).toMatchObject({ status: '0x1' });
      // Its four validators came back together: they agree again at once, on transactions that come after the backup.
      client.restart(transactions);
      await client.send();
    } finally {
      for (const child of children) await child.kill();
    }

    async function addressOf() {
      const { from } = await client.call('eth_getTransactionByHash', [sent[0]]);
      return from;
    }
  });

  it('is not restored over an installation', async () => {
    const { code, output } = await run('restore.mjs', ['--from', lastBackup(), '--data', restored]);
    expect(code).toBe(1);
    expect(output).toContain(`${restored} is not empty`);
    expect(existsSync(path.join(restored, 'secrets.json'))).toBe(true);
  });
});
