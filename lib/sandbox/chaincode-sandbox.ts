import { mkdirSync } from 'node:fs';
import type { ChaincodeCall, ChaincodeReply } from '@/lib/ledger';
import { assert } from '@/lib/platform/pure/assert';
import { SandboxUsers, type SandboxUser } from './confinement/choose-user';
import { findPrograms, type SandboxPrograms } from './confinement/find-programs';
import { SandboxError } from './errors';
import { sandboxLimits, type SandboxLimits } from './limits';
import { PackageStore } from './packages/package-store';
import { ChaincodeProcess } from './process/chaincode-process';
import { OutputTail } from './process/output-tail';
import { RestartPauses } from './process/restart-pauses';
import { buildSeccompProgram } from './seccomp/build-seccomp-program';

/** Whose chaincode: each has a sandbox of its own, never shared between publishers. */
export interface ChaincodeName {
  readonly publisher: string;
  /** `label:hash`. */
  readonly packageId: string;
  /** The organisation that it endorses for. */
  readonly mspId: string;
}

export interface ChaincodeSandboxOptions {
  /** For the packages; nobody else's, 0700. */
  readonly directory: string;
  /** Directory of the installed runtime (lib/sandbox/runtime), with its node_modules. */
  readonly runtime: string;
  readonly limits?: Partial<SandboxLimits>;
  readonly logger?: SandboxLogger;
}

export interface SandboxLogger {
  info(fields: Readonly<Record<string, string | number>>, event: string): void;
  warn(fields: Readonly<Record<string, string | number>>, event: string): void;
}

/** What a running chaincode uses, as of the last look. */
export interface ChaincodeUse {
  readonly name: ChaincodeName;
  /** Of the sandbox's outermost process. */
  readonly pid: number | undefined;
  readonly transactions: number;
  readonly memoryBytes: number;
  readonly tasks: number;
  readonly cpuMs: number;
}

/** A chaincode that was called, between and during its processes. */
interface Place {
  readonly name: ChaincodeName;
  readonly output: OutputTail;
  readonly pauses: RestartPauses;
  /** Calls that have not been answered: who has some is not stopped for others. */
  calls: number;
  usedAt: number;
  process?: ChaincodeProcess;
  idleTimer?: NodeJS.Timeout;
}

/** Those that are ending have their users for a moment longer. */
const runningMostMax = SandboxUsers.count - 16;
/** Chaincodes whose last output is kept though they do not run. */
const placesMax = 1_024;

/** Opens the sandboxes of one process. Throws `unavailable` where code cannot be locked in: it is never run without. */
export async function openChaincodeSandbox(options: ChaincodeSandboxOptions): Promise<ChaincodeSandbox> {
  const programs = await findPrograms();
  return new ChaincodeSandbox(options, programs, buildSeccompProgram(process.arch));
}

/** Runs publishers' chaincode: started by its first call, stopped when nobody calls it, started again after it ended. */
export class ChaincodeSandbox {
  private readonly limits: SandboxLimits;
  private readonly store: PackageStore;
  private readonly users = new SandboxUsers();
  /** The least lately used first. */
  private readonly places = new Map<string, Place>();
  /** All that are not gone yet, also those whose place is another's already. */
  private readonly alive = new Set<ChaincodeProcess>();
  private isClosed = false;

  constructor(
    private readonly options: ChaincodeSandboxOptions,
    private readonly programs: SandboxPrograms,
    private readonly seccomp: Buffer,
  ) {
    this.limits = { ...sandboxLimits, ...options.limits };
    assert(this.limits.runningMax <= runningMostMax, `at most ${runningMostMax} sandboxes have users of their own`);
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    this.store = new PackageStore(options.directory, `${options.runtime}/node_modules`, this.limits);
  }

  /** Takes a package (tar.gz of `peer lifecycle chaincode package`) for a publisher. Throws `package-invalid`. */
  install(publisher: string, bytes: Uint8Array): Promise<{ packageId: string; label: string }> {
    return this.store.install(publisher, bytes);
  }

  /** What a package brings beside its code, as indexes; paths are from META-INF. None when it is not installed. */
  readMetadata(publisher: string, packageId: string): { path: string; bytes: Uint8Array }[] {
    return this.store.readMetadata(publisher, packageId);
  }

  /** Stops what runs of a package and forgets it. */
  async uninstall(publisher: string, packageId: string): Promise<void> {
    for (const [key, place] of this.places) {
      if (place.name.publisher !== publisher || place.name.packageId !== packageId) continue;
      this.places.delete(key);
      await place.process?.stop('its package was removed');
    }
    await this.store.remove(publisher, packageId);
  }

  /** Runs a transaction. Rejects with `SandboxError` before it began, with the engine's `ChaincodeError` after that. */
  async execute(name: ChaincodeName, call: ChaincodeCall): Promise<ChaincodeReply> {
    const place = this.placeOf(name);
    clearTimeout(place.idleTimer);
    place.calls++;
    try {
      return await (await this.processOf(place)).execute(call);
    } finally {
      place.calls--;
      place.usedAt = performance.now();
      if (place.calls === 0) this.stopWhenIdle(place);
    }
  }

  /** The last lines that a chaincode wrote, oldest first, with notes of how its processes ended. */
  output(name: ChaincodeName): readonly string[] {
    return this.places.get(keyOf(name))?.output.read() ?? [];
  }

  /** What runs now. */
  use(): ChaincodeUse[] {
    return [...this.places.values()].flatMap(({ name, process: running }) => {
      const use = running?.use;
      return running && use ? [{ name, pid: running.pid, transactions: running.running, memoryBytes: use.memoryBytes, tasks: use.tasks, cpuMs: use.cpuMs }] : [];
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.alive].map((running) => running.stop('the city node stops')));
  }

  private placeOf(name: ChaincodeName): Place {
    const key = keyOf(name);
    const place = this.places.get(key) ?? {
      name,
      output: new OutputTail(this.limits, performance.now()),
      pauses: new RestartPauses(this.limits),
      calls: 0,
      usedAt: performance.now(),
    };
    this.places.delete(key);
    this.places.set(key, place);
    if (this.places.size > placesMax) {
      const oldest = [...this.places].find(([, { process: running, calls }]) => !running && calls === 0);
      if (oldest) this.places.delete(oldest[0]);
    }
    return place;
  }

  /** The process that runs, or a new one. */
  private async processOf(place: Place): Promise<ChaincodeProcess> {
    // Who comes while it ends should not fail with it.
    while (place.process?.isEnding) await place.process.gone;
    if (this.isClosed) throw new SandboxError('closed', {}, 'The sandboxes are closed.');
    if (place.process) return place.process;
    const { publisher, packageId, mspId } = place.name;
    const code = this.store.find(publisher, packageId);
    if (!code) throw new SandboxError('package-unknown', { packageId }, `The package ${packageId} is not installed here.`);
    const retryAfterMs = place.pauses.waitMs(performance.now());
    if (retryAfterMs > 0) {
      const last = place.output.read().at(-1) ?? '';
      throw new SandboxError('backing-off', { packageId, retryAfterMs }, `The chaincode ${packageId} ended by itself (${last.replace(/^-- /, '')}) and is started again in ${retryAfterMs} ms.`);
    }
    this.makeRoom();
    const user = this.users.take();
    const started: ChaincodeProcess = new ChaincodeProcess({
      programs: this.programs,
      seccomp: this.seccomp,
      limits: this.limits,
      runtime: this.options.runtime,
      user,
      code,
      packageId,
      mspId,
      output: place.output,
      ended: (reason, wasWanted) => this.ended(place, started, user, { reason, wasWanted }),
    });
    place.process = started;
    this.alive.add(started);
    this.options.logger?.info({ packageId, publisher }, 'chaincode started');
    return started;
  }

  private ended(place: Place, which: ChaincodeProcess, user: SandboxUser, end: { reason: string; wasWanted: boolean }): void {
    this.users.giveBack(user);
    this.alive.delete(which);
    if (place.process === which) place.process = undefined;
    clearTimeout(place.idleTimer);
    const { publisher, packageId } = place.name;
    if (!end.wasWanted) {
      place.pauses.failed(which.startedAt, performance.now());
      this.options.logger?.warn({ packageId, publisher, reason: end.reason }, 'chaincode ended');
    }
  }

  private stopWhenIdle(place: Place): void {
    clearTimeout(place.idleTimer);
    if (!place.process) return;
    place.idleTimer = setTimeout(() => {
      if (place.calls === 0) void place.process?.stop('nobody called it for a while');
    }, this.limits.idleMs);
    place.idleTimer.unref();
  }

  /** When as many run as may, the one that was used least lately and has nothing to do is stopped. Throws `full`. */
  private makeRoom(): void {
    const running = [...this.places.values()].filter((place) => place.process);
    if (running.length < this.limits.runningMax) return;
    const [idle] = running.filter((place) => place.calls === 0).sort((a, b) => a.usedAt - b.usedAt);
    if (!idle?.process) {
      throw new SandboxError('full', { retryAfterMs: 1_000 }, `${this.limits.runningMax} chaincodes run on this machine, and all are at work: try again later.`);
    }
    const stopping = idle.process;
    idle.process = undefined;
    void stopping.stop('others needed its place');
  }
}

function keyOf({ publisher, packageId, mspId }: ChaincodeName): string {
  return JSON.stringify([publisher, packageId, mspId]);
}
