import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LedgerError } from '@/lib/ledger';
import { moduleBeside } from '@/lib/platform/pure/module-beside';
import { IpcCalls, type IpcMessage, type IpcOptions } from './ipc-calls';
import type { OpenDedicated } from './protocol';
import { decodeError, type WireError } from './wire-error';

export interface PeerProcessOptions {
  readonly open: OpenDedicated;
  readonly onCall: IpcOptions['onCall'];
  readonly onTell: IpcOptions['onTell'];
  /** The process is gone. Once, and not before it was open. */
  readonly onEnd: (reason: string) => void;
}

/** A start takes a fraction of a second, on a busy machine some. */
const OPEN_MS_MAX = 60_000;
/** After that it is killed: what it did not finish, its log has not promised. */
const CLOSE_MS_MAX = 25_000;
/** Looked at so often while a call waits … */
const LOOK_MS = 10_000;
/** … and killed when it said nothing between so many looks. */
const SILENT_LOOKS_MAX = 3;
const MEMORY = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '131072' };

/** A dedicated process as the city node's process sees it: begun, spoken to, ended. */
export class PeerProcess {
  readonly calls: IpcCalls;
  readonly #options: PeerProcessOptions;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #isOpen = false;
  #hasSpoken = true;
  #look: NodeJS.Timeout | undefined;

  private constructor(options: PeerProcessOptions) {
    this.#options = options;
    const { chain, cityNode } = options.open;
    // No environment but glibc's memory settings (as scripts/supervisor/environment.mjs has them): what the process must know
    // it is told, and secrets of this one are none of its business.
    this.#child = fork(fileURLToPath(ENTRY), [cityNode, chain], { serialization: 'advanced', execArgv: [], env: MEMORY as Record<string, string> as NodeJS.ProcessEnv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.calls = new IpcCalls({
      port: { send: (message, done) => this.#send(message, done) },
      onCall: options.onCall,
      onTell: options.onTell,
      tooMany: () => new LedgerError('queue-full', { chain, retryAfterMs: 1_000 }, `Too many calls wait for the process of ${chain}.`),
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#ended(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`);
        resolve();
      });
    });
    this.#child.once('error', (error) => this.#ended(`it could not be started: ${error.message}`));
    this.#child.on('message', () => void (this.#hasSpoken = true));
  }

  /** Resolves once the peer's directory is open there. Errors: those of the directory; nothing of the process is left then. */
  static async start(options: PeerProcessOptions): Promise<PeerProcess> {
    const started = new PeerProcess(options);
    try {
      await started.#open();
      return started;
    } catch (error) {
      await started.kill();
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Looks after a process while somebody waits for it: one that hangs is ended. */
  attend(): void {
    this.#look ??= setInterval(() => this.#lookAfter(), LOOK_MS).unref();
  }

  /** Lets it finish what it does. Resolves when it is gone. */
  async close(): Promise<void> {
    this.#isOpen = false;
    if (this.#child.connected) this.#child.send({ kind: 'close' }, () => undefined);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_MS_MAX);
    await this.#exited;
    clearTimeout(timer);
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#isOpen = false;
    this.#child.kill('SIGKILL');
    if (this.#child.pid !== undefined) await this.#exited;
  }

  #open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`it was not ready after ${OPEN_MS_MAX} ms`)), OPEN_MS_MAX);
      const settle = (error?: Error): void => {
        clearTimeout(timer);
        this.#child.off('exit', onExit);
        if (error !== undefined) return reject(error);
        this.#isOpen = true;
        resolve();
      };
      const onExit = (code: number | null): void => settle(new Error(`it ended with code ${code} before it was ready`));
      this.#child.once('exit', onExit);
      this.#child.once('error', settle);
      this.#child.on('message', (message: { kind: 'opened' } | { kind: 'failed'; error: WireError } | IpcMessage) => {
        if (message.kind === 'opened') settle();
        else if (message.kind === 'failed') settle(decodeError(message.error));
        else this.calls.receive(message);
      });
      this.#child.send({ kind: 'open', open: this.#options.open }, (error) => {
        if (error !== null) settle(error);
      });
    });
  }

  #send(message: IpcMessage, done: (error: Error | null) => void): void {
    if (this.#child.connected) this.#child.send(message, done);
    else done(this.#away('its process ended'));
  }

  #lookAfter(): void {
    if (this.calls.waiting === 0) {
      clearInterval(this.#look);
      this.#look = undefined;
      this.#silentLooks = 0;
      return;
    }
    this.#silentLooks = this.#hasSpoken ? 0 : this.#silentLooks + 1;
    this.#hasSpoken = false;
    if (this.#silentLooks >= SILENT_LOOKS_MAX) this.#child.kill('SIGKILL');
    // An answer, whatever else it waits for.
    else this.calls.call('ping', []).catch(() => undefined);
  }
  #silentLooks = 0;

  #ended(reason: string): void {
    clearInterval(this.#look);
    this.calls.end(this.#away(reason));
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    if (wasOpen) this.#options.onEnd(reason);
  }

  #away(reason: string): LedgerError<'peer-away'> {
    const { chain } = this.#options.open;
    return new LedgerError('peer-away', { chain, retryAfterMs: 1_000 }, `The process of ${chain} does not answer (${reason}); it starts again: try again in a moment.`);
  }
}

const HERE = import.meta.url;
/** From the sources a process needs a loader first. */
const ENTRY = HERE.endsWith('.ts') ? new URL('./dedicated-entry.mjs', HERE) : moduleBeside(HERE, './dedicated-main');
