import type { MachinePorts } from '../../core/ports';
import { ChaincodeError, ChaincodeRefusal } from './errors';
import { chaincodeLimits, type ChaincodeLimits } from './limits';
import { decodeMessage, encodeMessage, type ChaincodeMessage, type ChaincodeReply, type MessageType } from './messages';
import { operations, type Operation } from './operations';
import { RunningTransaction, type ChaincodeCall } from './running-transaction';
import { MalformedBytes, MessageReader } from './wire';

export interface ChaincodeStreamOptions {
  /** `label:hash` of the package; who registers under another name is sent away. */
  readonly packageId: string;
  readonly schedule: MachinePorts['schedule'];
  /** Takes one serialised `ChaincodeMessage`. May throw when the stream is broken. */
  readonly send: (message: Uint8Array) => void;
  /** Called once, when the stream is over: whoever carries it closes it then. */
  readonly ended: (reason: Error) => void;
  readonly limits?: Partial<ChaincodeLimits>;
}

const nothing = new Uint8Array();
const textOf = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));

/**
 * The peer's side of one chaincode stream, as core/chaincode/handler.go of Fabric 2.5 has it, over serialised messages: no
 * socket, no process, no clock of its own. Any number of transactions run on it at a time, told apart by channel and
 * transaction id. A chaincode that breaks the protocol loses the stream, and with it what runs there.
 *
 * It never sends KEEPALIVE, which Fabric has switched off by default and at which fabric-shim for Node.js ends its process.
 */
export class ChaincodeStream {
  /** Resolves when the chaincode is registered and ready; rejects when the stream ends before. */
  readonly ready: Promise<void>;
  private readonly limits: ChaincodeLimits;
  private readonly transactions = new Map<string, RunningTransaction>();
  private state: 'created' | 'ready' | 'ended' = 'created';
  private endedBy: Error | undefined;
  private strayMessages = 0;
  private readonly becomeReady: () => void;
  private readonly failReady: (error: Error) => void;
  private readonly stopWaiting: () => void;

  constructor(private readonly options: ChaincodeStreamOptions) {
    this.limits = { ...chaincodeLimits, ...options.limits };
    const { promise, resolve, reject } = withResolvers<void>();
    this.ready = promise;
    // Who does not wait for it hears of the end by `ended`.
    promise.catch(() => undefined);
    this.becomeReady = resolve;
    this.failReady = reject;
    this.stopWaiting = options.schedule(this.limits.registerMs, () => this.end(`the chaincode did not register within ${this.limits.registerMs} ms`));
  }

  /** Transactions between start and end. */
  get running(): number {
    return this.transactions.size;
  }

  /**
   * Runs a transaction; gives the chaincode's COMPLETED or ERROR as it came. Rejects with `ChaincodeError`. After `timeout` the
   * chaincode may still be busy with it: whoever owns its process ends that.
   */
  execute(call: ChaincodeCall): Promise<ChaincodeReply> {
    if (this.state !== 'ready') return Promise.reject(this.terminated());
    const key = keyOf(call.channel, call.txId);
    if (this.transactions.has(key)) return Promise.reject(new ChaincodeError('duplicate', `txid: ${call.txId}(${call.channel}) exists`));
    if (this.transactions.size >= this.limits.transactionsMax) {
      return Promise.reject(new ChaincodeError('busy', `${this.limits.transactionsMax} transactions run on this chaincode already: try again later`));
    }
    const message = encodeMessage({
      type: call.kind === 'init' ? 'INIT' : 'TRANSACTION',
      channel: call.channel,
      txId: call.txId,
      payload: call.input,
      proposal: call.proposal,
    });
    if (message.length > this.limits.messageBytesMax) {
      return Promise.reject(new ChaincodeError('limit', `the call has ${message.length} bytes: ${this.limits.messageBytesMax} are allowed`));
    }
    const stopClock = this.options.schedule(call.timeoutMs, () => transaction.fail(new ChaincodeError('timeout', 'timeout expired while executing transaction')));
    const transaction = new RunningTransaction(call, this.limits, () => {
      stopClock();
      this.transactions.delete(key);
    });
    this.transactions.set(key, transaction);
    this.send(message);
    return transaction.answer;
  }

  /** One serialised message from the chaincode. Never throws: what is wrong ends the stream. */
  receive(bytes: Uint8Array): void {
    if (this.state === 'ended') return;
    if (bytes.length > this.limits.messageBytesMax) {
      this.end(`a message of the chaincode has ${bytes.length} bytes: ${this.limits.messageBytesMax} are allowed`);
      return;
    }
    let message: ChaincodeMessage;
    try {
      message = decodeMessage(bytes);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.end(`a message of the chaincode cannot be read: ${error.message}`);
      return;
    }
    if (message.type === 'KEEPALIVE') {
      this.countStray();
      return;
    }
    if (this.state === 'created') this.register(message);
    else this.handle(message);
  }

  /** Ends the stream and fails what runs on it. Harmless when it has ended. */
  end(reason: string): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.stopWaiting();
    this.endedBy = new Error(reason);
    for (const transaction of this.transactions.values()) transaction.fail(this.terminated());
    this.failReady(this.terminated());
    this.options.ended(this.endedBy);
  }

  private terminated(): ChaincodeError {
    const text = this.state === 'ended' ? 'chaincode stream terminated' : 'the chaincode has not registered yet: wait until it is ready';
    return new ChaincodeError('stream-terminated', text, { cause: this.endedBy });
  }

  private register(message: ChaincodeMessage): void {
    if (message.type !== 'REGISTER') {
      this.end(`error handling message, ending stream: [${message.txId}] Fabric side handler cannot handle message (${message.type}) while in created state`);
      return;
    }
    let name: string;
    try {
      name = new MessageReader(message.payload).text(2);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.end(`the registration of the chaincode cannot be read: ${error.message}`);
      return;
    }
    if (name !== this.options.packageId) {
      this.end(`the chaincode registered as "${name.slice(0, 200)}", not as "${this.options.packageId}"`);
      return;
    }
    this.stopWaiting();
    this.state = 'ready';
    this.send(encodeMessage({ type: 'REGISTERED', channel: '', txId: '', payload: nothing }));
    this.send(encodeMessage({ type: 'READY', channel: '', txId: '', payload: nothing }));
    this.becomeReady();
  }

  private handle(message: ChaincodeMessage): void {
    const key = keyOf(message.channel, message.txId);
    const transaction = this.transactions.get(key);
    if (message.type === 'COMPLETED' || message.type === 'ERROR') {
      const { channel, txId, payload, event } = message;
      if (!transaction) {
        // Nobody waits for a late one.
        this.countStray();
        return;
      }
      this.strayMessages = 0;
      transaction.finish({ isError: message.type === 'ERROR', channel, txId, payload, event });
      return;
    }
    const operation = typeof message.type === 'string' ? operations[message.type] : undefined;
    if (!operation) {
      this.end(`error handling message, ending stream: [${message.txId}] Fabric side handler cannot handle message (${message.type}) while in ready state`);
      return;
    }
    if (!transaction) {
      // After its end a transaction reads and writes nothing any more; the shim would wait for ever without an answer.
      this.countStray();
      this.refuse(message, message.type === 'INVOKE_CHAINCODE' ? 'could not get valid transaction' : 'no ledger context');
      return;
    }
    if (transaction.hasRequest) {
      // Fabric drops the second request of a transaction while the first one is carried out.
      this.countStray();
      return;
    }
    if (!transaction.takeRequest()) return;
    transaction.hasRequest = true;
    void this.carryOut(message, operation, transaction);
  }

  private countStray(): void {
    if (++this.strayMessages > this.limits.strayMessagesMax) {
      this.end(`the chaincode sent more than ${this.limits.strayMessagesMax} messages that belong to no transaction`);
    }
  }

  private async carryOut(message: ChaincodeMessage, operation: Operation, transaction: RunningTransaction): Promise<void> {
    try {
      const payload = await operation(message.payload, transaction);
      if (payload.length > this.limits.messageBytesMax - 1024) {
        throw new ChaincodeRefusal(`the result has ${payload.length} bytes: ${this.limits.messageBytesMax - 1024} are allowed`);
      }
      transaction.hasRequest = false;
      if (!transaction.hasEnded) this.answer('RESPONSE', message, payload);
    } catch (error) {
      transaction.hasRequest = false;
      if (transaction.hasEnded) return;
      if (error instanceof MalformedBytes) this.refuse(message, `unmarshal failed: ${error.message}`);
      else if (error instanceof ChaincodeRefusal) this.refuse(message, error.message);
      else {
        transaction.fail(new ChaincodeError('world-failed', `${message.type} failed`, { cause: error }));
        this.refuse(message, 'internal error of the peer');
      }
    }
  }

  private refuse(message: ChaincodeMessage, why: string): void {
    this.answer('ERROR', message, textOf(`${message.type} failed: transaction ID: ${message.txId}: ${why}`));
  }

  private answer(type: MessageType, { channel, txId }: ChaincodeMessage, payload: Uint8Array): void {
    this.send(encodeMessage({ type, channel, txId, payload }));
  }

  private send(message: Uint8Array): void {
    if (this.state === 'ended') return;
    try {
      this.options.send(message);
    } catch (error) {
      this.end(`sending to the chaincode failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function keyOf(channel: string, txId: string): string {
  return `${channel.length}:${channel}${txId}`;
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((onDone, onFailed) => {
    resolve = onDone;
    reject = onFailed;
  });
  return { promise, resolve, reject };
}
