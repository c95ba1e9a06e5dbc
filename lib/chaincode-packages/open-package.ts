import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import { PackageInvalid } from './errors';
import { findLabelFault } from './label';
import type { PackageLimits } from './limits';
import { readTar, type TarFile } from './read-tar';

/** A package of `peer lifecycle chaincode package --lang node`, read and found in order. */
export interface ChaincodePackage {
  /** `label:hash`, as `peer lifecycle chaincode calculatepackageid` gives it. */
  readonly packageId: string;
  readonly label: string;
  /** Files of code.tar.gz: below `src/` the code, below `META-INF/` the indexes. */
  readonly files: readonly TarFile[];
}

const metadataSchema = z.object({ type: z.string(), label: z.string(), path: z.string().optional() });
const manifestSchema = z.object({
  name: z.string().optional(),
  main: z.string({ error: '"main" is missing' }).min(1),
  dependencies: z.record(z.string(), z.string()).default({}),
});

const invalid = (message: string, cause?: unknown) => new PackageInvalid(message, { cause });

/**
 * Unpacks in memory and checks what can be checked without running it. The code must be JavaScript, compiled before it is
 * packaged; of packages it finds those of the runtime, `provided`, and those that it brings in `src/node_modules`.
 * Throws `PackageInvalid`.
 */
export async function openPackage(bytes: Uint8Array, provided: (name: string) => boolean, limits: PackageLimits): Promise<ChaincodePackage> {
  if (bytes.length > limits.packageBytesMax) throw invalid(`The package has ${bytes.length} bytes; ${limits.packageBytesMax} are allowed.`);
  const tarLimits = { entriesMax: limits.packageEntriesMax, pathCharsMax: limits.packagePathCharsMax };
  const outer = readTar(await unzip(bytes, 'The package', limits), tarLimits);
  const metadata = parse(metadataSchema, outer.find(({ path }) => path === 'metadata.json'), 'metadata.json of the package');
  if (metadata.type.toLowerCase() !== 'node') {
    throw invalid(`Chaincode of the type "${metadata.type.slice(0, 50)}" cannot run here: only "node" can.`);
  }
  const labelFault = findLabelFault(metadata.label, limits.packageLabelCharsMax);
  if (labelFault !== undefined) throw invalid(`metadata.json of the package is not as it should be: ${labelFault}.`);
  const code = outer.find(({ path }) => path === 'code.tar.gz');
  if (!code) throw invalid('The package has no code.tar.gz. Make it with `peer lifecycle chaincode package --lang node`.');
  const files = readTar(await unzip(code.bytes, 'code.tar.gz of the package', limits), tarLimits);
  const strange = files.find(({ path }) => !/^(src|META-INF)\//.test(path));
  if (strange) throw invalid(`code.tar.gz has "${strange.path}", which is neither in src/ nor in META-INF/.`);
  checkCode(files, provided);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { packageId: `${metadata.label}:${hash}`, label: metadata.label, files };
}

function checkCode(files: readonly TarFile[], provided: (name: string) => boolean): void {
  const manifest = parse(manifestSchema, files.find(({ path }) => path === 'src/package.json'), 'src/package.json of the package');
  const paths = new Set(files.map(({ path }) => path));
  const main = `src/${manifest.main.replace(/^\.\//, '').replace(/\/$/, '')}`;
  if (![main, `${main}.js`, `${main}.json`, `${main}/index.js`].some((path) => paths.has(path))) {
    const isTypeScript = files.some(({ path }) => /^src\/(?!node_modules\/).*\.ts$/.test(path));
    throw invalid(
      `package.json names "${manifest.main.slice(0, 200)}" as its main file, and the package does not have it.` +
        (isTypeScript ? ' TypeScript is not compiled here: compile it before you package it (`npm run build`).' : ''),
    );
  }
  const missing = Object.keys(manifest.dependencies).filter((name) => !provided(name) && !paths.has(`src/node_modules/${name}/package.json`));
  if (missing.length > 0) {
    throw invalid(`The chaincode depends on ${missing.slice(0, 10).join(', ')}, which is not there: nothing is installed for it. Bundle it into the code before you package it.`);
  }
}

function parse<T>(schema: z.ZodType<T>, file: TarFile | undefined, what: string): T {
  if (!file) throw invalid(`${what} is missing. Make the package with \`peer lifecycle chaincode package --lang node\`.`);
  let json: unknown;
  try {
    json = JSON.parse(file.bytes.toString('utf8'));
  } catch (error) {
    throw invalid(`${what} is no JSON.`, error);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(`${what} is not as it should be: ${issue?.path.join('.') || 'the document'}: ${issue?.message}.`);
}

async function unzip(bytes: Uint8Array, what: string, limits: PackageLimits): Promise<Buffer> {
  const maxOutputLength = Math.min(limits.unpackedBytesMax, Math.max(bytes.length * limits.packageRatioMax, 1024 * 1024));
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw invalid(`${what} unpacks to more than ${maxOutputLength} bytes.`, error);
    throw invalid(`${what} is no gzip archive.`, error);
  }
}
