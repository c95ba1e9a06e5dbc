import { decodeError, encodeError, type WireError } from './wire-error';

/** One end of the channel between two processes that trust each other; messages are cloned (`serialization: 'advanced'`). */
export interface IpcPort {
  /** @param done once the message is out, or cannot be */
  send(message: IpcMessage, done: (error: Error | null) => void): void;
}

export type IpcMessage =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: 'tell'; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError };

export interface IpcOptions {
  readonly port: IpcPort;
  /** Carries out what the other side calls; `signal` is given when it does not wait any more. */
  readonly onCall: (method: string, args: readonly unknown[], signal: AbortSignal) => Promise<unknown>;
  /** What the other side tells; nobody waits. */
  readonly onTell: (method: string, args: readonly unknown[]) => void;
  /** Before an answer goes out. */
  readonly beforeAnswer?: () => void;
  /** What a call is refused with that would be one too many. */
  readonly tooMany: () => Error;
}

/** Calls that wait for the other side's answer. */
const CALLS_MAX = 60_000;
/** Messages on their way out; what may be lost is, beyond that. */
const TELLS_MAX = 4_096;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls in both directions over one channel, and messages that nobody answers. */
export class IpcCalls {
  readonly #options: IpcOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #running = new Map<number, AbortController>();
  #lastId = 0;
  #underWay = 0;
  #end: Error | undefined;

  constructor(options: IpcOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** The other side's answer or its error; or the signal's reason, and the other side is told that nobody waits. */
  call(method: string, args: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end);
      if (signal?.aborted === true) return reject(signal.reason);
      if (this.#waiting.size >= CALLS_MAX) return reject(this.#options.tooMany());
      const id = (this.#lastId += 1);
      const onAbort = (): void => {
        this.#take(id)?.reject(signal?.reason);
        this.#send({ kind: 'abort', id });
      };
      const settled = (settle: (value: never) => void) => (value: unknown): void => {
        signal?.removeEventListener('abort', onAbort);
        settle(value as never);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(id, { resolve: settled(resolve), reject: settled(reject) });
      this.#send({ kind: 'call', id, method, args }, (error) => this.#take(id)?.reject(error));
    });
  }

  /** May be lost. */
  tell(method: string, args: readonly unknown[]): void {
    if (this.#underWay < TELLS_MAX) this.#send({ kind: 'tell', method, args });
  }

  receive(message: IpcMessage): void {
    switch (message.kind) {
      case 'call':
        return void this.#carryOut(message.id, message.method, message.args);
      case 'tell':
        return this.#options.onTell(message.method, message.args);
      case 'abort':
        return this.#running.get(message.id)?.abort();
      case 'answer':
        return this.#take(message.id)?.resolve(message.value);
      case 'error':
        return this.#take(message.id)?.reject(decodeError(message.error));
    }
  }

  /** The other side is gone: whoever waits, and all who call from now on, get the error. */
  end(error: Error): void {
    this.#end ??= error;
    for (const id of this.#waiting.keys()) this.#take(id)?.reject(error);
    for (const running of this.#running.values()) running.abort();
  }

  async #carryOut(id: number, method: string, args: readonly unknown[]): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    let answer: IpcMessage;
    try {
      answer = { kind: 'answer', id, value: await this.#options.onCall(method, args, controller.signal) };
    } catch (error) {
      answer = { kind: 'error', id, error: encodeError(error) };
    }
    this.#running.delete(id);
    if (controller.signal.aborted) return;
    this.#options.beforeAnswer?.();
    this.#send(answer);
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #send(message: IpcMessage, onLost: (error: Error) => void = () => undefined): void {
    if (this.#end !== undefined) return;
    this.#underWay += 1;
    this.#options.port.send(message, (error) => {
      this.#underWay -= 1;
      if (error) onLost(error);
    });
  }
}
