import { createHash } from 'node:crypto';
import { PackageInvalid } from './errors';
import { findLabelFault } from './label';
import { packageLimits } from './limits';
import { writeGzip } from './write-gzip';
import { writeTar } from './write-tar';

export interface PackageContent {
  readonly label: string;
  /** Files of the chaincode's folder by their paths from there: package.json, code, also META-INF/statedb/… for indexes. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

export interface BuiltPackage {
  /** `label:hash`, as `peer lifecycle chaincode calculatepackageid` gives it. */
  readonly packageId: string;
  readonly label: string;
  /** tar.gz as InstallChaincode takes it. */
  readonly bytes: Buffer;
}

const METADATA_FOLDER = 'META-INF/';

/**
 * What `peer lifecycle chaincode package --lang node` makes of a folder; the same content gives the same bytes and id on each
 * machine. Throws `PackageInvalid` for what could not be installed as a file, a label or for its size; whether the code can run,
 * `openPackage` finds.
 */
export function buildPackage({ label, files }: PackageContent): BuiltPackage {
  const fault = findLabelFault(label) ?? findFilesFault(Object.entries(files));
  if (fault !== undefined) throw new PackageInvalid(`The package cannot be made: ${fault}.`);
  const code = Object.entries(files).map(([path, content]) => ({ path: path.startsWith(METADATA_FOLDER) ? path : `src/${path}`, bytes: Buffer.from(content) }));
  const metadata = JSON.stringify({ path: '', type: 'node', label });
  const bytes = writeGzip(
    writeTar([
      { path: 'code.tar.gz', bytes: writeGzip(writeTar(code)) },
      { path: 'metadata.json', bytes: Buffer.from(metadata) },
    ]),
  );
  if (bytes.length > packageLimits.packageBytesMax) throw new PackageInvalid(`The package cannot be made: it would have ${bytes.length} bytes; ${packageLimits.packageBytesMax} are allowed.`);
  return { packageId: `${label}:${createHash('sha256').update(bytes).digest('hex')}`, label, bytes };
}

function findFilesFault(files: readonly [string, string | Uint8Array][]): string | undefined {
  const { packageEntriesMax, packagePathCharsMax, packageBytesMax } = packageLimits;
  if (files.length > packageEntriesMax) return `it would have ${files.length} files; ${packageEntriesMax} are allowed`;
  for (const [path] of files) {
    if (path.length + 'src/'.length > packagePathCharsMax) return `the path "${path.slice(0, 50)}…" has more than ${packagePathCharsMax} characters`;
    const isClean = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
    if (!isClean || /[\\\0]/.test(path)) return `"${path}" is no path of a file in the chaincode's folder`;
  }
  // Before they are copied; what is stored is a little more.
  const total = files.reduce((sum, [, { length }]) => sum + length, 0);
  return total > packageBytesMax ? `its files have ${total} bytes; ${packageBytesMax} are allowed` : undefined;
}
