// Where things lie in the project and in a data directory.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the project's root. */
export const projectDirectory = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Absolute path of a file of the project. */
export function projectPath(...parts) {
  return path.join(projectDirectory, ...parts);
}

/** What lies where in a data directory. */
export function dataLayout(data) {
  return {
    lock: path.join(data, 'lock'),
    secrets: path.join(data, 'secrets.json'),
    adminPassword: path.join(data, 'admin-password'),
    postgres: path.join(data, 'postgres'),
    redis: path.join(data, 'redis'),
    logs: path.join(data, 'logs'),
    outbox: path.join(data, 'outbox'),
  };
}

/** What a city-node process keeps; they are counted from 1, and the first one's place is older than the others. */
export function hostDirectory(data, number) {
  return number === 1 ? path.join(data, 'host') : path.join(data, 'hosts', String(number));
}
