import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Account, type SignedTransaction } from './account';
import { callGateway, type Answer, type Door } from './call-gateway';
import type { History, Outcome, ReceiptFound } from './history';

export interface ClientOptions {
  readonly number: number;
  readonly seed: number;
  readonly random: () => number;
  /** Name of the peer → its door. */
  readonly doors: ReadonlyMap<string, Door>;
  readonly history: History;
  readonly chainId: number;
  readonly register: `0x${string}`;
  /** Accounts and transactions that any client has used: everybody reads everybody's. */
  readonly known: Known;
}

/** What is there to be read. Bounded: old ones are forgotten. */
export interface Known {
  readonly accounts: string[];
  readonly transactions: string[];
}

const knownMax = 200;
/** Above the 8 s after which a gateway answers with the hash alone. */
const submitMsMax = 9_500;
const readMsMax = 6_000;
/** How long one transaction is tried again before it is left to its fate. */
const insistMs = 40_000;

const quantity = z.string().regex(/^0x[0-9a-f]+$/).transform(Number);
const receiptSchema = z.object({ blockNumber: quantity, blockHash: z.string(), transactionIndex: quantity, status: z.enum(['0x0', '0x1']) }).nullable();

/**
 * One client in a closed loop: it sends a transaction to its own peer, mostly, looks at the receipt there, tries the same
 * bytes elsewhere when it does not know what became of them, and reads in between. Now and then it leaves a transaction
 * whose fate it does not know behind, with its account.
 */
export class Client {
  private account: Account;
  private accounts = 0;

  constructor(private readonly options: ClientOptions) {
    this.account = this.newAccount();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { random, known } = this.options;
    while (!signal.aborted) {
      const transaction = await this.account.sign(random() < 0.3 ? 'write' : 'transfer');
      remember(known.transactions, transaction.hash);
      if (!(await this.insist(transaction, signal))) this.account = this.newAccount();
      while (!signal.aborted && random() < 0.45) await this.readSomething();
      await delay(random() * 20);
    }
  }

  /** Sends the account's next transaction to this peer until its receipt is there. For the end, when all is well again. */
  async prove(peer: string, signal: AbortSignal): Promise<boolean> {
    const transaction = await this.account.sign('transfer');
    while (!signal.aborted) {
      await this.submit(peer, transaction);
      if (await this.receipt(peer, transaction.hash)) return true;
      await delay(100);
    }
    return false;
  }

  /** Whether the transaction is known to be in the chain. */
  private async insist(transaction: SignedTransaction, signal: AbortSignal): Promise<boolean> {
    const { history, random } = this.options;
    const untilMs = history.nowMs() + insistMs;
    let peer = this.choosePeer();
    while (!signal.aborted && history.nowMs() < untilMs) {
      const { type } = await this.submit(peer, transaction);
      if (type !== 'fail' && (await this.receipt(peer, transaction.hash))) return true;
      if (type === 'unknown' && random() < 0.15) return false;
      await delay(random() * 200);
      peer = this.anyPeer();
      if (random() < 0.3 && (await this.receipt(peer, transaction.hash))) return true;
    }
    return false;
  }

  private async readSomething(): Promise<void> {
    const { random, known } = this.options;
    const choice = random();
    const peer = this.choosePeer();
    if (choice < 0.5) await this.read(peer, random() < 0.5 ? this.account.address : pick(known.accounts, random) ?? this.account.address);
    else if (choice < 0.8) await this.receipt(peer, pick(known.transactions, random) ?? '');
    else await this.height(peer);
  }

  private submit(peer: string, { raw, hash: tx, account, nonce, value }: SignedTransaction): Promise<Outcome> {
    return this.options.history.record(this.options.number, peer, { kind: 'submit', tx, account, nonce, ...(value === undefined ? {} : { value }) }, async () => {
      const answer = await this.call(peer, 'eth_sendRawTransaction', [raw], submitMsMax);
      if (answer.type === 'result' && answer.result === tx) return { type: 'ok' };
      if (answer.type === 'unsent') return { type: 'fail', reason: answer.reason };
      // A refusal too: the same bytes may have been taken in before, here or elsewhere.
      return { type: 'unknown', reason: answer.type === 'result' ? `another hash: ${String(answer.result)}` : answer.reason };
    });
  }

  private async receipt(peer: string, tx: string): Promise<ReceiptFound | undefined> {
    const outcome = await this.options.history.record(this.options.number, peer, { kind: 'receipt', tx }, async () => {
      const answer = await this.call(peer, 'eth_getTransactionReceipt', [tx], readMsMax);
      return outcomeOf(answer, receiptSchema, (receipt) => ({
        receipt: receipt && { height: receipt.blockNumber, blockHash: receipt.blockHash, index: receipt.transactionIndex, succeeded: receipt.status === '0x1' },
      }));
    });
    return outcome.type === 'ok' ? (outcome.receipt ?? undefined) : undefined;
  }

  private async read(peer: string, account: string): Promise<void> {
    await this.options.history.record(this.options.number, peer, { kind: 'read', account }, async () => {
      const slot = `0x${account.slice(2).padStart(64, '0')}`;
      return outcomeOf(await this.call(peer, 'eth_getStorageAt', [this.options.register, slot, 'latest'], readMsMax), quantity, (value) => ({ value }));
    });
  }

  private async height(peer: string): Promise<void> {
    await this.options.history.record(this.options.number, peer, { kind: 'height' }, async () => outcomeOf(await this.call(peer, 'eth_blockNumber', [], readMsMax), quantity, (height) => ({ height })));
  }

  private call(peer: string, method: string, params: readonly unknown[], timeoutMs: number): Promise<Answer> {
    const door = this.options.doors.get(peer);
    if (!door) throw new Error(`there is no peer ${peer}`);
    return callGateway(door, method, params, timeoutMs);
  }

  /** Its own peer, mostly. */
  private choosePeer(): string {
    const { doors, number, random } = this.options;
    return random() < 0.75 ? ([...doors.keys()][number % doors.size] ?? '') : this.anyPeer();
  }

  private anyPeer(): string {
    return pick([...this.options.doors.keys()], this.options.random) ?? '';
  }

  private newAccount(): Account {
    const { seed, number, chainId, register, known } = this.options;
    const account = new Account(`${seed}/${number}/${this.accounts++}`, chainId, register);
    remember(known.accounts, account.address);
    return account;
  }
}

/** A read has no effect, whatever became of it. */
function outcomeOf<T>(answer: Answer, schema: z.ZodType<T>, found: (value: T) => Omit<Extract<Outcome, { type: 'ok' }>, 'type'>): Outcome {
  if (answer.type !== 'result') return { type: 'fail', reason: answer.reason };
  const parsed = schema.safeParse(answer.result);
  return parsed.success ? { type: 'ok', ...found(parsed.data) } : { type: 'fail', reason: `not an answer: ${JSON.stringify(answer.result).slice(0, 200)}` };
}

function pick<T>(items: readonly T[], random: () => number): T | undefined {
  return items[Math.floor(random() * items.length)];
}

function remember(list: string[], item: string): void {
  list.push(item);
  if (list.length > knownMax) list.shift();
}
