import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { isChaincodeError, type ChaincodeCall, type ChaincodeReply, type ChaincodeStream } from '@/lib/ledger';
import { noEnvironment } from '../confinement/find-programs';
import { sandboxCommand, SECCOMP_FD, STATUS_FD, type SandboxCommandOptions } from '../confinement/sandbox-command';
import { SandboxError } from '../errors';
import { dialChaincode } from './dial-chaincode';
import { GroupWatch } from './group-watch';
import { isListening, openSocket, type HeldSocket } from './open-socket';
import type { OutputTail } from './output-tail';

export interface ChaincodeProcessOptions extends SandboxCommandOptions {
  /** The filter for `bwrap --seccomp`. */
  readonly seccomp: Buffer;
  readonly output: OutputTail;
  /** Called once, when all its processes are gone; `reason`: why, in words for its publisher. */
  readonly ended: (reason: string, wasWanted: boolean) => void;
}

const pollMs = 5;
const statusBytesMax = 16 * 1024;

/** One running package: the sandbox, its processes, and the stream to it. */
export class ChaincodeProcess {
  /** Resolves when it takes transactions; rejects with `start-failed`. */
  readonly ready: Promise<void>;
  readonly startedAt = performance.now();
  private readonly child: ChildProcess;
  /** Resolves when all its processes are gone. */
  readonly gone: Promise<void>;
  private stream: ChaincodeStream | undefined;
  private socket: HeldSocket | undefined;
  private watch: GroupWatch | undefined;
  private root: number | undefined;
  /** Why it ends, once that is known: the first reason is the true one. */
  private reason: string | undefined;
  private wasWanted = false;

  constructor(private readonly options: ChaincodeProcessOptions) {
    const [program = '', ...args] = sandboxCommand(options);
    const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'pipe'];
    stdio[SECCOMP_FD] = 'pipe';
    stdio[STATUS_FD] = 'pipe';
    // Nothing of the environment: the first process of the sandbox shows its own to those inside.
    this.child = spawn(program, args, { env: noEnvironment, cwd: '/', stdio });
    this.gone = new Promise((resolve) => {
      // `close` comes after the output was read; `error` when it could not be started at all.
      this.child.once('close', (code, signal) => {
        this.finish(`its process ended with ${signal ? `signal ${signal}` : `code ${code}`}`);
        resolve();
      });
      this.child.once('error', (error) => {
        this.finish(`its process could not be started: ${error.message}`);
        resolve();
      });
    });
    this.follow(this.child.stdout);
    this.follow(this.child.stderr);
    const filter = this.child.stdio[SECCOMP_FD] as Writable;
    // bubblewrap that ends early closes it; its exit says why.
    filter.on('error', () => undefined);
    filter.end(options.seccomp);
    this.ready = this.start();
    this.ready.catch(() => undefined);
  }

  /** It takes nothing more, and is gone in a moment. */
  get isEnding(): boolean {
    return this.reason !== undefined;
  }

  get running(): number {
    return this.stream?.running ?? 0;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get use(): { memoryBytes: number; tasks: number; cpuMs: number } | undefined {
    return this.watch?.lastUse;
  }

  /** Rejects with `ChaincodeError`. A transaction that takes too long costs the process: what else runs on it fails with it. */
  async execute(call: ChaincodeCall): Promise<ChaincodeReply> {
    await this.ready;
    try {
      return await this.stream!.execute(call);
    } catch (error) {
      if (isChaincodeError(error) && error.code === 'timeout') this.kill(`transaction ${call.txId} took longer than ${call.timeoutMs} ms`);
      throw error;
    }
  }

  /** Ends it at once, by our own will. Resolves when all its processes are gone. */
  async stop(reason: string): Promise<void> {
    this.wasWanted = this.reason === undefined;
    this.kill(reason);
    await this.gone;
  }

  private kill(reason: string): void {
    this.reason ??= reason;
    this.watch?.stop();
    // Its first process takes all others inside with it, and bubblewrap outside ends with it.
    for (const pid of [this.root, this.child.pid]) if (pid !== undefined) killQuietly(pid);
    this.stream?.end(this.reason);
  }

  private finish(reason: string): void {
    this.reason ??= reason;
    this.watch?.stop();
    this.stream?.end(this.reason);
    this.socket?.close();
    this.socket = undefined;
    this.root = undefined;
    this.options.output.note(`-- ${this.reason}`);
    this.options.ended(this.reason, this.wasWanted);
  }

  private async start(): Promise<void> {
    const { packageId, limits } = this.options;
    const late = setTimeout(() => this.kill(`it did not come up within ${limits.startMs} ms`), limits.startMs);
    try {
      this.root = await this.readRoot();
      this.watch = new GroupWatch({
        root: this.root,
        limits,
        isBusy: () => this.running > 0 || !this.stream,
        exceeded: (reason) => this.kill(reason),
      });
      const { path: socketPath } = await this.waitForSocket(this.root);
      this.stream = dialChaincode({
        socketPath,
        packageId,
        queuedBytesMax: limits.queuedBytesMax,
        ended: ({ message }) => this.kill(message),
      });
      await this.stream.ready;
    } catch (cause) {
      this.kill('it did not come up');
      await this.gone;
      const lastWords = this.options.output.read().slice(-20).join('\n');
      throw new SandboxError('start-failed', { packageId }, `The chaincode ${packageId} did not come up: ${this.reason}. Its last words:\n${lastWords}`, { cause });
    } finally {
      clearTimeout(late);
    }
  }

  private async waitForSocket(root: number): Promise<HeldSocket> {
    while (this.reason === undefined) {
      this.socket ??= openSocket(root);
      if (this.socket && (await isListening(this.socket.path))) return this.socket;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    throw new Error(this.reason);
  }

  /** bubblewrap tells the number of the sandbox's first process; throws when it ends without. */
  private readRoot(): Promise<number> {
    const status = this.child.stdio[STATUS_FD] as Readable;
    return new Promise((resolve, reject) => {
      let text = '';
      // Read to its end: bubblewrap writes there once more, when it ends.
      status.on('data', (chunk: Buffer) => {
        if (text.length > statusBytesMax) return;
        text += chunk.toString('latin1');
        const found = /"child-pid": (\d+)/.exec(text)?.[1];
        if (found) resolve(Number(found));
      });
      void this.gone.then(() => reject(new Error('bubblewrap ended before the chaincode began')));
    });
  }

  /** Reads what it writes, no faster than it may write: it waits meanwhile, as at any full pipe. */
  private follow(stream: Readable | null): void {
    let timer: NodeJS.Timeout | undefined;
    stream?.on('data', (chunk: Buffer) => {
      const waitMs = this.options.output.write(chunk, performance.now());
      if (waitMs === 0 || this.child.exitCode !== null || this.child.signalCode !== null) return;
      stream.pause();
      timer = setTimeout(() => stream.resume(), waitMs);
    });
    // Once all writers are gone what is left is little, and the end waits for it.
    this.child.once('exit', () => {
      clearTimeout(timer);
      stream?.resume();
    });
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
