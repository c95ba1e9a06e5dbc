import { setTimeout as delay } from 'node:timers/promises';
import type { FabricCity } from './city';
import type { TestHost } from '@/lib/gateway/testing';

export const COUNTERS = ['a', 'b', 'c'] as const;
/** For each of the three calls of a transaction. */
const DEADLINE_MS = 15_000;

/** What a client did, and what it was told. */
export interface Written {
  readonly txId: string;
  readonly wish: { readonly kind: 'add'; readonly counter: string; readonly amount: number } | { readonly kind: 'hide'; readonly key: string; readonly secret: string };
  /** `unsigned`: it was never endorsed, so nobody can have ordered it. Absent: nobody said. */
  outcome?: { readonly kind: 'unsigned' } | { readonly kind: 'final'; readonly block: number; readonly code: number };
}

export interface WriterOptions {
  readonly number: number;
  readonly city: FabricCity;
  readonly random: () => number;
  readonly written: Written[];
}

/** A client of the channel that writes through one host after the other, whatever becomes of them, until it is told to end. */
export async function write({ number, city, random, written }: WriterOptions, signal: AbortSignal): Promise<void> {
  for (let count = 0; !signal.aborted; count += 1) {
    const host = pick(city.hosts, random);
    if (!(await transact({ number, city, random, written }, host, count))) await delay(100 + random() * 300);
    await delay(random() * 30);
  }
}

/** Whether it came to an end that was told. */
export async function transact({ number, city, random, written }: WriterOptions, host: TestHost, count: number): Promise<boolean> {
  const contract = city.contract(host, pick(city.organisations, random));
  const isSecret = random() < 0.3;
  const key = `secret-${number}-${count}`;
  const amount = 1 + Math.floor(random() * 9);
  const counter = pick(COUNTERS, random);
  const proposal = isSecret
    ? contract.newProposal('hide', { arguments: [key], transientData: { secret: `hidden ${key}` } })
    : contract.newProposal('add', { arguments: [counter, `${amount}`] });
  const one: Written = { txId: proposal.getTransactionId(), wish: isSecret ? { kind: 'hide', key, secret: `hidden ${key}` } : { kind: 'add', counter, amount } };
  written.push(one);
  const deadline = () => ({ deadline: Date.now() + DEADLINE_MS });
  const transaction = await proposal.endorse(deadline()).catch(() => undefined);
  if (transaction === undefined) {
    one.outcome = { kind: 'unsigned' };
    return false;
  }
  try {
    const commit = await transaction.submit(deadline());
    const status = await commit.getStatus(deadline());
    one.outcome = { kind: 'final', block: Number(status.blockNumber), code: status.code };
    return true;
  } catch {
    // The host was killed, or others that it needs: the transaction may be in the chain, now or later.
    return false;
  }
}

export function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}
