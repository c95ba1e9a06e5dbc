/** Browser-safe door: what can be known of the sandbox without one. */
import lock from './runtime/package-lock.json';

const FOLDER = 'node_modules/';

/** Names of the npm packages that chaincode finds beside itself and need not bring. */
export const providedPackages: ReadonlySet<string> = new Set(
  Object.keys(lock.packages)
    .filter((place) => place.lastIndexOf(FOLDER) === 0)
    .map((place) => place.slice(FOLDER.length)),
);
