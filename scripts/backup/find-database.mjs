// The database of an installation: a server that the environment names, our own that runs, or our own that we start.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../supervisor/ports.mjs';
import { acceptsConnections, ownDatabaseUrl, startPostgres } from '../supervisor/postgres.mjs';
import { dataLayout } from '../supervisor/project.mjs';
import { SetupError } from '../supervisor/setup-error.mjs';

/** PostgreSQL writes its port into the fourth line of the file that says that it runs. */
function runningPort(directory) {
  const file = path.join(directory, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const port = Number(readFileSync(file, 'utf8').split('\n')[3]);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

/**
 * @param {{ data: string, isRunning: boolean, secrets: Record<string, string>, supervise: Function }} options `isRunning`: somebody
 *   else has the installation open; otherwise it is ours for as long as this program runs
 */
export async function findDatabase({ data, isRunning, secrets, supervise }) {
  const { DATABASE_URL: external } = process.env;
  if (external) {
    if (await acceptsConnections(external)) return external;
    throw new SetupError('PostgreSQL does not answer at the address in DATABASE_URL. Start that server and try again.');
  }
  const { postgres } = dataLayout(data);
  if (!existsSync(path.join(postgres, 'PG_VERSION'))) throw new SetupError(`${data} holds no database. Name the server that it uses in DATABASE_URL, or another --data.`);
  const own = { directory: postgres, password: secrets.postgresPassword };
  if (!isRunning) return startPostgres({ ...own, supervise, port: await freePort() });
  const port = runningPort(postgres);
  const url = port === undefined ? undefined : ownDatabaseUrl({ ...own, port });
  if (url && (await acceptsConnections(url))) return url;
  throw new SetupError(`Chainworks is being started or stopped on ${data}: its database does not answer. Try again in a moment.`);
}
