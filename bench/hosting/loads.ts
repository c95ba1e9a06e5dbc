import { setTimeout as sleep } from 'node:timers/promises';
import { privateKeyToAccount } from 'viem/accounts';
import { median, percentile, round } from '../statistics';
import type { MeasuredCityNode } from './city-node';
import { networkIdAt } from './names';

const account = privateKeyToAccount(`0x${'1'.padStart(64, '0')}`);
const burner = privateKeyToAccount(`0x${'2'.padStart(64, '0')}`);
const recipient = '0x00000000000000000000000000000000000000c0';
/** A constructor that jumps to its own beginning until the gas is gone. */
const loop = '0x5b600056';
const fullGas = 30_000_000n;

const quietChains = 50;
const quietPauseMs = 200;

/** The next sequence of the one account that the bench uses on each sub-chain. */
export class Sequences {
  readonly #next = new Map<number, number>();

  take(index: number): number {
    const next = this.#next.get(index) ?? 0;
    this.#next.set(index, next + 1);
    return next;
  }
}

function signTransfer(index: number, nonce: number): Promise<Uint8Array> {
  const transfer = { type: 'eip1559', chainId: networkIdAt(index), nonce, to: recipient, value: 0n, gas: 21_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n } as const;
  return account.signTransaction(transfer).then((hex) => Buffer.from(hex.slice(2), 'hex'));
}

/** Runs `task` for each index, so many at a time. */
export async function forEachIndex(indexes: Iterable<number>, together: number, task: (index: number) => Promise<void>): Promise<void> {
  const next = indexes[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let item = next.next(); item.done !== true; item = next.next()) await task(item.value);
  };
  await Promise.all(Array.from({ length: together }, lane));
}

/** Transfers spread evenly over the sub-chains, one after another on each; transactions a second and latency. */
export async function loadUniformly(node: MeasuredCityNode, sequences: Sequences, chains: number, transfers: number): Promise<{ readonly perSecond: number; readonly p50Ms: number }> {
  const samples: number[] = [];
  const startedAt = performance.now();
  const busy = new Set<number>();
  await forEachIndex(spread(chains, transfers), 64, async (index) => {
    // Neighbours of time on one sub-chain would overtake each other.
    while (busy.has(index)) await sleep(1);
    busy.add(index);
    const transfer = await signTransfer(index, sequences.take(index));
    const sentAt = performance.now();
    await node.send(index, transfer);
    samples.push(performance.now() - sentAt);
    busy.delete(index);
  });
  return { perSecond: round(transfers / ((performance.now() - startedAt) / 1_000), 0), p50Ms: round(median(samples), 2) };
}

function* spread(chains: number, count: number): Generator<number> {
  for (let at = 0; at < count; at += 1) yield at % chains;
}

/** One sub-chain burns the gas of whole blocks; 50 others send a transfer now and then. */
export async function burnGas(node: MeasuredCityNode, sequences: Sequences, loadMs: number): Promise<{ readonly quietGasP50Ms: number; readonly quietGasP99Ms: number; readonly burntPerSecond: number }> {
  const [burning, ...quiet] = Array.from({ length: quietChains + 1 }, (_, index) => index);
  const [begin, end] = [performance.now() + 2_000, performance.now() + 2_000 + loadMs];
  const samples: number[] = [];
  let burnt = 0;
  const burn = async (): Promise<void> => {
    for (let nonce = 0; performance.now() < end; nonce += 1) {
      const hex = await burner.signTransaction({ type: 'eip1559', chainId: networkIdAt(burning!), nonce, data: loop, gas: fullGas, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n });
      await node.send(burning!, Buffer.from(hex.slice(2), 'hex'));
      if (performance.now() >= begin) burnt += 1;
    }
  };
  const use = async (index: number): Promise<void> => {
    await sleep(quietPauseMs * Math.random());
    while (performance.now() < end) {
      const transfer = await signTransfer(index, sequences.take(index));
      const sentAt = performance.now();
      await node.send(index, transfer);
      if (sentAt >= begin) samples.push(performance.now() - sentAt);
      await sleep(quietPauseMs * (0.5 + Math.random()));
    }
  };
  await Promise.all([burn(), ...quiet.map(use)]);
  return { quietGasP50Ms: round(median(samples), 2), quietGasP99Ms: round(percentile(samples, 0.99), 2), burntPerSecond: round(burnt / (loadMs / 1_000), 2) };
}
