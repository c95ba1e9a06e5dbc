import { Findings, type Violation } from './findings';
import type { Operation } from './history';

/**
 * The checker: does what clients were told agree with the chain that there is in the end?
 *
 * What is promised, and so checked:
 * - A transaction whose receipt a client has seen, or that was answered by a peer that had its account's earlier ones,
 *   is in the chain exactly once, where the answer said. One that nobody has acknowledged is there at most once.
 * - The chain holds nothing that nobody sent, and an account's transactions in the order of their numbers.
 * - Real time: a transaction that was seen by anybody before another was sent anywhere comes before it in the chain.
 * - One peer: whatever it has shown (a receipt, a register, its height; if it orders, also its answer to a transaction) it
 *   shows for ever, also after kill -9. Each of its answers is the state of the chain at some height, and these heights
 *   never go back.
 * - Any peer: no answer shows what is not in the chain, or what was not yet sent.
 * What is not promised: that another peer has what this one has shown. It may be behind; it may not be on another chain.
 */
export interface FinalBlock {
  readonly height: number;
  /** As clients see it. */
  readonly hash: string;
  /** Hashes, in order. */
  readonly transactions: readonly string[];
}

export type Rule = 'lost' | 'moved' | 'twice' | 'stranger' | 'lane' | 'order' | 'stale' | 'phantom' | 'reverted';

export interface HistorySum {
  /** Distinct transactions that were sent. */
  readonly sent: number;
  readonly acknowledged: number;
  /** Sent, and nobody knows from an answer what became of them. */
  readonly unknown: number;
  /** Of these, in the chain all the same. */
  readonly unknownInChain: number;
  readonly reads: number;
}

export interface CheckedHistory {
  readonly violations: readonly Violation<Rule>[];
  readonly sum: HistorySum;
}

/** A peer answers a transaction that has waited this long with its hash alone, final or not (the gateway's limit is 8 s). */
export const answeredMsMax = 7_000;

interface Place {
  readonly height: number;
  readonly index: number;
  /** Over the whole chain. */
  readonly position: number;
  readonly blockHash: string;
}

/** What is known of one transaction. */
interface Sent {
  readonly tx: string;
  readonly account: string;
  readonly nonce: number;
  readonly value: number | undefined;
  firstMs: number;
  /** When somebody first saw it in the chain; infinite until then. */
  seenMs: number;
}

type Finding = (rule: Rule, message: string) => void;

export interface CheckOptions {
  /** Peers that order. One that only follows answers once the block is durable where it was ordered, and may not have it yet. */
  readonly orderers: ReadonlySet<string>;
  /** Transactions that the set-up sent outside the history, e.g. the deployment of the register. */
  readonly foreign?: ReadonlySet<string>;
}

export function checkHistory(operations: readonly Operation[], chain: readonly FinalBlock[], { orderers, foreign = new Set() }: CheckOptions): CheckedHistory {
  const findings = new Findings<Rule>();
  const find: Finding = (rule, message) => findings.add(rule, message);
  const sent = collectSent(operations);
  const places = placeAll(chain, { sent, foreign, find });
  const lanes = collectLanes(sent, places, find);
  replay(operations, { chain, sent, places, lanes, orderers, find });
  for (const one of sent.values()) {
    if (one.seenMs < Infinity && !places.has(one.tx)) find('lost', `${one.tx} was acknowledged at ${ms(one.seenMs)} and is not in the chain`);
  }
  checkRealTime(chain, sent, find);
  const acknowledged = [...sent.values()].filter((one) => one.seenMs < Infinity);
  const unknown = [...sent.values()].filter((one) => one.seenMs === Infinity);
  return {
    violations: findings.violations,
    sum: {
      sent: sent.size,
      acknowledged: acknowledged.length,
      unknown: unknown.length,
      unknownInChain: unknown.filter((one) => places.has(one.tx)).length,
      reads: operations.filter(({ kind, outcome }) => kind !== 'submit' && outcome.type === 'ok').length,
    },
  };
}

function collectSent(operations: readonly Operation[]): Map<string, Sent> {
  const sent = new Map<string, Sent>();
  for (const operation of operations) {
    // One that certainly never left is not sent: it must not be in the chain.
    if (operation.kind !== 'submit' || operation.outcome.type === 'fail') continue;
    const { tx, account, nonce, value, startMs } = operation;
    const known = sent.get(tx);
    if (known) known.firstMs = Math.min(known.firstMs, startMs);
    else sent.set(tx, { tx, account, nonce, value, firstMs: startMs, seenMs: Infinity });
  }
  return sent;
}

function placeAll(chain: readonly FinalBlock[], { sent, foreign, find }: { sent: ReadonlyMap<string, Sent>; foreign: ReadonlySet<string>; find: Finding }): Map<string, Place> {
  const places = new Map<string, Place>();
  let position = 0;
  for (const { height, hash, transactions } of chain) {
    for (const [index, tx] of transactions.entries()) {
      position += 1;
      const before = places.get(tx);
      if (before) find('twice', `${tx} is in block ${before.height} and again in block ${height}`);
      else places.set(tx, { height, index, position, blockHash: hash });
      if (!sent.has(tx) && !foreign.has(tx)) find('stranger', `${tx} in block ${height} was sent by nobody`);
    }
  }
  return places;
}

interface Lane {
  /** By number. */
  readonly byNonce: ReadonlyMap<number, Sent>;
  /** What its transactions in the chain wrote, ascending in height. */
  readonly writes: readonly { readonly value: number; readonly height: number; readonly tx: Sent }[];
}

function collectLanes(sent: ReadonlyMap<string, Sent>, places: ReadonlyMap<string, Place>, find: Finding): Map<string, Lane> {
  const lanes = new Map<string, { byNonce: Map<number, Sent>; writes: Lane['writes'][number][] }>();
  const inOrder = [...sent.values()].toSorted((a, b) => a.nonce - b.nonce);
  const lastPlace = new Map<string, Place>();
  for (const one of inOrder) {
    const lane = lanes.get(one.account) ?? { byNonce: new Map<number, Sent>(), writes: [] as Lane['writes'][number][] };
    lanes.set(one.account, lane);
    lane.byNonce.set(one.nonce, one);
    const place = places.get(one.tx);
    if (!place) continue;
    const before = lastPlace.get(one.account);
    if (before && before.position > place.position) find('lane', `${one.tx} is number ${one.nonce} of ${one.account} and comes before an earlier one`);
    lastPlace.set(one.account, place);
    if (one.value !== undefined) lane.writes.push({ value: one.value, height: place.height, tx: one });
  }
  return lanes;
}

interface Replay {
  readonly chain: readonly FinalBlock[];
  readonly sent: ReadonlyMap<string, Sent>;
  readonly places: ReadonlyMap<string, Place>;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly orderers: ReadonlySet<string>;
  readonly find: Finding;
}

/**
 * All beginnings and ends in the order of time. `floors`: the height that each peer has shown by then; what it had shown
 * when a question began, it must show in the answer. At the same moment beginnings come first: they may have been first.
 */
function replay(operations: readonly Operation[], context: Replay): void {
  const floors = new Map<string, number>();
  const floorAtStart = new Map<number, number>();
  const events = operations
    .flatMap((operation) => [{ atMs: operation.startMs, isEnd: false, operation }, { atMs: operation.endMs, isEnd: true, operation }])
    .toSorted((a, b) => a.atMs - b.atMs || Number(a.isEnd) - Number(b.isEnd));
  for (const { isEnd, operation } of events) {
    const floor = floors.get(operation.peer) ?? -1;
    if (!isEnd) floorAtStart.set(operation.id, floor);
    else {
      const shown = judge(operation, floorAtStart.get(operation.id) ?? -1, context);
      floors.set(operation.peer, Math.max(floor, shown));
    }
  }
}

/** Judges an answer by what its peer had shown before, and gives the height that it shows. */
function judge(operation: Operation, floor: number, context: Replay): number {
  if (operation.outcome.type !== 'ok') return -1;
  switch (operation.kind) {
    case 'submit':
      return judgeSubmit(operation, floor, context);
    case 'receipt':
      return judgeReceipt(operation, floor, context);
    case 'read':
      return judgeRead(operation, floor, context);
    case 'height':
      return judgeHeight(operation, floor, context);
  }
}

type Of<K extends Operation['kind']> = Operation & { readonly kind: K };

/**
 * A transaction is answered when its block is durable, unless it has to wait for an earlier one of its account that this
 * peer does not have yet, or has waited for as long as the gateway lets it: then the answer says nothing.
 */
function judgeSubmit(operation: Of<'submit'>, floor: number, { sent, places, lanes, orderers, find }: Replay): number {
  const { tx, account, nonce, startMs, endMs, peer } = operation;
  if (endMs - startMs >= answeredMsMax) return -1;
  const earlier = nonce === 0 ? undefined : lanes.get(account)?.byNonce.get(nonce - 1);
  const earlierPlace = earlier && places.get(earlier.tx);
  if (nonce > 0 && (!earlierPlace || earlierPlace.height > floor)) return -1;
  markSeen(sent.get(tx), endMs);
  const place = places.get(tx);
  if (!place) find('lost', `${tx} was answered by ${peer} at ${ms(endMs)} and is not in the chain`);
  return place && orderers.has(peer) ? place.height : -1;
}

function judgeReceipt({ tx, peer, startMs, endMs, outcome }: Of<'receipt'>, floor: number, { sent, places, find }: Replay): number {
  const receipt = outcome.type === 'ok' ? outcome.receipt : undefined;
  const place = places.get(tx);
  if (receipt === null || receipt === undefined) {
    if (place && place.height <= floor) find('stale', `${peer} knew no receipt of ${tx} at ${ms(startMs)} and had shown height ${floor} before; it is in block ${place.height}`);
    return -1;
  }
  const one = sent.get(tx);
  markSeen(one, endMs);
  if (one && endMs < one.firstMs) find('phantom', `${peer} showed the receipt of ${tx} at ${ms(endMs)}, before it was sent`);
  if (!receipt.succeeded) find('reverted', `${tx} failed, which no transaction of this load can`);
  if (!place) return -1; // reported as lost
  if (receipt.height !== place.height || receipt.index !== place.index || receipt.blockHash !== place.blockHash) {
    find('moved', `${peer} showed ${tx} as ${receipt.index} of block ${receipt.height} ${receipt.blockHash}; it is ${place.index} of block ${place.height} ${place.blockHash}`);
  }
  return place.height;
}

function judgeRead({ account, peer, startMs, endMs, outcome }: Of<'read'>, floor: number, { lanes, find, sent }: Replay): number {
  const value = outcome.type === 'ok' ? (outcome.value ?? 0) : 0;
  const writes: Lane['writes'] = lanes.get(account)?.writes ?? [];
  const required = lastUpTo(writes, floor)?.value ?? 0;
  if (value < required) find('stale', `${peer} read ${value} of ${account} at ${ms(startMs)} and had shown height ${floor} before, where it is ${required}`);
  if (value === 0) return -1;
  const write = writes.find((one) => one.value === value);
  if (!write) {
    find('phantom', `${peer} read ${value} of ${account} at ${ms(endMs)}, which no transaction of the chain wrote`);
    return -1;
  }
  if (endMs < write.tx.firstMs) find('phantom', `${peer} read ${value} of ${account} at ${ms(endMs)}, before it was sent`);
  markSeen(sent.get(write.tx.tx), endMs);
  return write.height;
}

function judgeHeight({ peer, startMs, endMs, outcome }: Of<'height'>, floor: number, { chain, find }: Replay): number {
  const height = outcome.type === 'ok' ? (outcome.height ?? -1) : -1;
  if (height < floor) find('stale', `${peer} said height ${height} at ${ms(startMs)} and had shown ${floor} before`);
  const head = chain.at(-1)?.height ?? -1;
  if (height <= head) return height;
  find('phantom', `${peer} said height ${height} at ${ms(endMs)}; the chain ends at ${head}`);
  return -1;
}

function lastUpTo<T extends { readonly height: number }>(ascending: readonly T[], height: number): T | undefined {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle]?.height ?? Infinity) <= height) low = middle + 1;
    else high = middle;
  }
  return ascending[low - 1];
}

function markSeen(one: Sent | undefined, atMs: number): void {
  if (one) one.seenMs = Math.min(one.seenMs, atMs);
}

/** Nothing that was seen before another was sent comes after it. */
function checkRealTime(chain: readonly FinalBlock[], sent: ReadonlyMap<string, Sent>, find: Finding): void {
  let latest: Sent | undefined;
  for (const { height, transactions } of chain) {
    for (const tx of transactions) {
      const one = sent.get(tx);
      if (!one) continue;
      if (latest && one.seenMs < latest.firstMs) find('order', `${tx} in block ${height} was seen at ${ms(one.seenMs)} and comes after ${latest.tx}, which was first sent at ${ms(latest.firstMs)}`);
      if (!latest || one.firstMs > latest.firstMs) latest = one;
    }
  }
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
