import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { InstalledPackage } from '@/lib/ledger';

/** Of one organisation; each is kept as it came, as clients may ask for it. */
const PACKAGES_MAX = 64;
const BYTES_MAX = 256 * 1024 * 1024;
const SUFFIX = '.tar.gz';
/** An MSP id may be any word; a directory of that name should not be taken for something else. */
const FOLDER_SUFFIX = '.msp';

interface Kept extends InstalledPackage {
  readonly bytes: number;
}

/** The packages that organisations have installed on this host, as they came: `<directory>/<MSP id>.msp/<label>:<hash>.tar.gz`. Durable. */
export class PackageShelf {
  private readonly kept = new Map<string, Map<string, Kept>>();

  private constructor(private readonly directory: string) {}

  static async open(directory: string): Promise<PackageShelf> {
    const shelf = new PackageShelf(directory);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const folder of await readdir(directory)) {
      for (const name of await readdir(path.join(directory, folder))) {
        const file = path.join(directory, folder, name);
        // What a process that ended was writing; nobody was told of it.
        if (!name.endsWith(SUFFIX)) await rm(file, { force: true });
        else shelf.note(folder.slice(0, -FOLDER_SUFFIX.length), name.slice(0, -SUFFIX.length), (await stat(file)).size);
      }
    }
    return shelf;
  }

  list(mspId: string): readonly InstalledPackage[] {
    return [...(this.kept.get(mspId)?.values() ?? [])].map(({ packageId, label }) => ({ packageId, label }));
  }

  async read(mspId: string, packageId: string): Promise<Uint8Array | undefined> {
    return this.kept.get(mspId)?.has(packageId) === true ? readFile(this.fileOf(mspId, packageId)) : undefined;
  }

  /** Why there is no room for a package; undefined when there is. */
  findFault(mspId: string, { length }: Uint8Array): string | undefined {
    const packages = [...(this.kept.get(mspId)?.values() ?? [])];
    if (packages.length >= PACKAGES_MAX) return `${mspId} has ${PACKAGES_MAX} packages here, as many as an organisation may have`;
    const used = packages.reduce((sum, { bytes }) => sum + bytes, 0);
    return used + length > BYTES_MAX ? `the packages of ${mspId} here would take more than ${BYTES_MAX} bytes` : undefined;
  }

  /** Durable when it resolves. `packageId`: by the hash of these bytes. */
  async put(mspId: string, packageId: string, bytes: Uint8Array): Promise<void> {
    if (this.kept.get(mspId)?.has(packageId) === true) return;
    const file = this.fileOf(mspId, packageId);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const aside = path.join(path.dirname(file), `${randomUUID()}.new`);
    const handle = await open(aside, 'w', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
    for (const folder of [path.dirname(file), this.directory]) await syncDirectory(folder);
    this.note(mspId, packageId, bytes.length);
  }

  private note(mspId: string, packageId: string, bytes: number): void {
    const packages = this.kept.get(mspId) ?? new Map<string, Kept>();
    this.kept.set(mspId, packages.set(packageId, { packageId, label: packageId.slice(0, packageId.lastIndexOf(':')), bytes }));
  }

  private fileOf(mspId: string, packageId: string): string {
    return path.join(this.directory, `${mspId}${FOLDER_SUFFIX}`, `${packageId}${SUFFIX}`);
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
