import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runtimeDirectory } from '@/lib/sandbox/testing';

/** What a chaincode template's artefact file holds. */
export interface ChaincodeArtefact {
  readonly chaincode: string;
  readonly version: string;
  readonly compiler: string;
  /** Of the folder that its developer would package: sources and what the compiler made of them. */
  readonly files: Readonly<Record<string, string>>;
}

const project = path.resolve(import.meta.dirname, '../../..');
const compiler = path.join(project, 'node_modules/typescript/bin/tsc');

/** Compiles one of the room's own chaincodes against the stock fabric-contract-api; throws with the compiler's words. */
export function compileChaincode(chaincode: string): ChaincodeArtefact {
  const folder = mkdtempSync(path.join(tmpdir(), 'chaincode-template-'));
  try {
    cpSync(path.resolve(import.meta.dirname, '../chaincodes', chaincode), folder, { recursive: true });
    symlinkSync(path.join(runtimeDirectory(), 'node_modules'), path.join(folder, 'node_modules'));
    run(['-p', folder]);
    const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .sort();
    const files = Object.fromEntries(paths.map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]));
    const { version } = JSON.parse(files['package.json'] ?? '') as { version: string };
    return { chaincode, version, compiler: run(['--version']).trim().replace('Version', 'TypeScript'), files };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, [compiler, ...args], { encoding: 'utf8' });
  } catch (error) {
    const { stdout = '' } = error as { stdout?: string };
    throw new Error(stdout || String(error), { cause: error });
  }
}
