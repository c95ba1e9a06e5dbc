import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { ControlLogger } from '@/lib/control';
import type { ChaincodeCall, ChaincodeReply, InstalledPackages, JsonIndex } from '@/lib/ledger';
import { isSandboxError, openChaincodeSandbox, SandboxError, type ChaincodeSandbox, type SandboxLimits } from '@/lib/sandbox';
import type { Fabric } from './late-framework';
import { PackageShelf } from './package-shelf';

export interface ChaincodeRunnerOptions {
  /** `packages/` holds them as they came, `unpacked/` what processes see of them. */
  readonly directory: string;
  /** Of the chaincode runtime; undefined: the process was started without. */
  readonly runtime: string | undefined;
  readonly fabric: Fabric;
  readonly logger: ControlLogger;
  readonly limits?: Partial<SandboxLimits>;
}

/** Where indexes lie in a package: of the chaincode's own data, or of a collection's. */
const INDEX_FILE = /^statedb\/couchdb\/(?:collections\/([^/]+)\/)?indexes\/[^/]+\.json$/;
/** Packages whose indexes stay read. */
const INDEXES_MAX = 256;

type Indexes = ReadonlyMap<string | undefined, readonly JsonIndex[]>;

/**
 * Runs organisations' chaincode locked in, on a host that need not be able to: without bubblewrap or runtime each call is
 * told what to install, and all else goes on. An organisation's processes are its own: a package that two of them have
 * installed runs twice.
 */
export class ChaincodeRunner implements InstalledPackages {
  private readonly indexes = new Map<string, Indexes>();
  private sandbox: Promise<ChaincodeSandbox> | undefined;
  private opened: ChaincodeSandbox | undefined;
  private isClosed = false;

  private constructor(
    private readonly options: ChaincodeRunnerOptions,
    private readonly shelf: PackageShelf,
  ) {}

  /** Never rejects for what this machine lacks: it is logged. */
  static async open(options: ChaincodeRunnerOptions): Promise<ChaincodeRunner> {
    const shelf = await PackageShelf.open(path.join(options.directory, 'packages'));
    // Files that a power cut left half written look whole: they are unpacked anew, each with its first call.
    await rm(path.join(options.directory, 'unpacked'), { recursive: true, force: true });
    const runner = new ChaincodeRunner(options, shelf);
    await runner.open().catch((error: unknown) => {
      if (!isSandboxError(error)) throw error;
      options.logger.warn({ err: error.message }, 'chaincode cannot run on this machine');
    });
    return runner;
  }

  async list(mspId: string): ReturnType<InstalledPackages['list']> {
    return this.shelf.list(mspId);
  }

  get(mspId: string, packageId: string): ReturnType<InstalledPackages['get']> {
    return this.shelf.read(mspId, packageId);
  }

  async put(mspId: string, bytes: Uint8Array): ReturnType<InstalledPackages['put']> {
    try {
      const fault = this.shelf.findFault(mspId, bytes);
      if (fault !== undefined) return { refused: fault };
      const sandbox = await this.open();
      const { packageId, label } = await sandbox.install(mspId, bytes);
      await this.shelf.put(mspId, packageId, bytes);
      return { packageId, label };
    } catch (error) {
      if (isSandboxError(error)) return { refused: error.message };
      throw error;
    }
  }

  /** Rejects with the engine's `ChaincodeUnavailable` before the call began, with its `ChaincodeError` after that. */
  async run({ packageId, mspId }: { readonly packageId: string; readonly mspId: string }, call: ChaincodeCall): Promise<ChaincodeReply> {
    try {
      const sandbox = await this.open();
      await this.unpack(sandbox, mspId, packageId);
      return await sandbox.execute({ publisher: mspId, packageId, mspId }, call);
    } catch (error) {
      if (isSandboxError(error)) throw new this.options.fabric.ChaincodeUnavailable(error.message, { cause: error });
      throw error;
    }
  }

  /** Of a package that runs; one that nobody called yet has none to sort by. */
  indexesOf(mspId: string, packageId: string, collection: string | undefined): readonly JsonIndex[] {
    return this.indexes.get(`${mspId} ${packageId}`)?.get(collection) ?? [];
  }

  /** Ends all processes. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.sandbox?.catch(() => undefined);
    await this.opened?.close();
  }

  private open(): Promise<ChaincodeSandbox> {
    if (this.isClosed) return Promise.reject(new SandboxError('closed', {}, 'The city node is closing.'));
    // What is missing may be installed while the city node runs.
    this.sandbox ??= this.openOnce().catch((error: unknown) => {
      this.sandbox = undefined;
      throw error;
    });
    return this.sandbox;
  }

  private async openOnce(): Promise<ChaincodeSandbox> {
    const { directory, runtime, limits, logger } = this.options;
    if (runtime === undefined) throw new SandboxError('unavailable', {}, 'Chaincode cannot run on this machine: the city node was started without --chaincode-runtime, the directory of the installed chaincode runtime.');
    if (!existsSync(path.join(runtime, 'node_modules'))) throw new SandboxError('unavailable', {}, `Chaincode cannot run on this machine: its runtime is missing in ${runtime}. npm start installs it.`);
    this.opened = await openChaincodeSandbox({ directory: path.join(directory, 'unpacked'), runtime, logger, ...(limits === undefined ? {} : { limits }) });
    return this.opened;
  }

  /** Before the first call of this process; harmless when it is done. */
  private async unpack(sandbox: ChaincodeSandbox, mspId: string, packageId: string): Promise<void> {
    const name = `${mspId} ${packageId}`;
    const known = this.indexes.get(name);
    if (known !== undefined) {
      // A map keeps the order of insertion: the first is the one that was not called for longest.
      this.indexes.delete(name);
      this.indexes.set(name, known);
      return;
    }
    const bytes = await this.shelf.read(mspId, packageId);
    if (bytes === undefined) throw new SandboxError('package-unknown', { packageId }, `The package ${packageId} is not installed here.`);
    await sandbox.install(mspId, bytes);
    this.indexes.set(name, this.readIndexes(sandbox, mspId, packageId));
    const [oldest] = this.indexes.keys();
    if (this.indexes.size > INDEXES_MAX && oldest !== undefined) this.indexes.delete(oldest);
  }

  private readIndexes(sandbox: ChaincodeSandbox, mspId: string, packageId: string): Indexes {
    const { fabric, logger } = this.options;
    const found = new Map<string | undefined, JsonIndex[]>();
    for (const { path: file, bytes } of sandbox.readMetadata(mspId, packageId)) {
      const match = INDEX_FILE.exec(file);
      if (match === null) continue;
      try {
        const index = fabric.parseJsonIndex(Buffer.from(bytes).toString('utf8'));
        found.set(match[1], [...(found.get(match[1]) ?? []), index]);
      } catch (error) {
        if (!(error instanceof fabric.FabricStateError)) throw error;
        logger.warn({ mspId, packageId, file, err: error.message }, 'an index of a chaincode package cannot be used');
      }
    }
    return found;
  }
}
