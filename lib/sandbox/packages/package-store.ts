import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isPackageInvalid, openPackage, type PackageLimits } from '@/lib/chaincode-packages';
import { SandboxError } from '../errors';

/** The unpacked packages of all publishers on disk: `<directory>/<publisher>/<package>/src`. Publishers never share files. */
export class PackageStore {
  constructor(
    private readonly directory: string,
    /** `node_modules` of the runtime: what chaincode finds without bringing it. */
    private readonly runtimeModules: string,
    private readonly limits: PackageLimits,
  ) {
    // What a process that was killed was unpacking.
    for (const publisher of readdirSync(directory)) {
      const unfinished = readdirSync(path.join(directory, publisher)).filter((name) => name.endsWith('.new'));
      for (const name of unfinished) rmSync(path.join(directory, publisher, name), { recursive: true, force: true });
    }
  }

  /** Installs; harmless when it is there already. Throws `package-invalid`. */
  async install(publisher: string, bytes: Uint8Array): Promise<{ packageId: string; label: string }> {
    const provided = (name: string) => isPackageName(name) && existsSync(path.join(this.runtimeModules, name, 'package.json'));
    const { packageId, label, files } = await openPackage(bytes, provided, this.limits).catch((error: unknown) => {
      throw isPackageInvalid(error) ? new SandboxError('package-invalid', {}, error.message, { cause: error }) : error;
    });
    const place = this.placeOf(publisher, packageId);
    if (existsSync(place)) return { packageId, label };
    // Complete before it has its name; by a name of its own, for the same package may come twice at a time.
    const aside = `${place}.${randomUUID()}.new`;
    for (const file of files) {
      const target = path.join(aside, file.path);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, file.bytes);
      await chmod(target, 0o644);
    }
    // The sandbox's own user must read it, whatever the umask; the directory above keeps all others out.
    const folders = new Set(files.flatMap(({ path: file }) => parentsOf(file)));
    for (const folder of ['', ...folders]) await chmod(path.join(aside, folder), 0o755);
    await rename(aside, place).catch((error: unknown) => {
      // Somebody else installed the same bytes meanwhile.
      if (!existsSync(place)) throw error;
    });
    await rm(aside, { recursive: true, force: true });
    return { packageId, label };
  }

  /** Where the code of an installed package lies; undefined when there is none. */
  find(publisher: string, packageId: string): string | undefined {
    const code = path.join(this.placeOf(publisher, packageId), 'src');
    return existsSync(code) ? code : undefined;
  }

  /** The files below META-INF of an installed package, by their paths from there; none when it is not installed. */
  readMetadata(publisher: string, packageId: string): { path: string; bytes: Uint8Array }[] {
    const place = path.join(this.placeOf(publisher, packageId), 'META-INF');
    if (!existsSync(place)) return [];
    const files = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return files.map((entry) => path.join(entry.parentPath, entry.name)).sort().map((file) => ({ path: path.relative(place, file), bytes: readFileSync(file) }));
  }

  async remove(publisher: string, packageId: string): Promise<void> {
    await rm(this.placeOf(publisher, packageId), { recursive: true, force: true });
  }

  /** Names come from outside: their hashes are names of directories whatever they are. */
  private placeOf(publisher: string, packageId: string): string {
    return path.join(this.directory, shortHash(publisher), shortHash(packageId));
  }
}

function parentsOf(file: string): string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function isPackageName(name: string): boolean {
  return /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/i.test(name);
}
