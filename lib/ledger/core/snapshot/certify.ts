import { believableOf, quorumOf } from '../consensus/rules';
import type { SnapshotFacts } from '../consensus/statements';
import { verifySignature } from '../crypto';
import type { PeerLink } from '../host-types';
import type { MachinePorts } from '../ports';
import type { RulesHistory } from '../rules-history';
import { height, type ChainId } from '../types';
import { untilAborted } from '../until-aborted';
import { JoinFailed } from './join-failed';
import { takeChange } from './prove-rules';
import { decodeSnapshotAnswer, findCertified, type SignedSnapshot, type SnapshotAnswer } from './snapshot-answer';
import { pause } from './pause';

export interface Asking {
  readonly chain: ChainId;
  readonly link: PeerLink;
  readonly ports: MachinePorts;
  readonly signal: AbortSignal;
}

/** More peers are not asked. */
const PEERS_MAX = 32;
const POLL_MS = 250;
/** So long a quorum may take to come to the height; so long while one says that it describes its state there. */
const REACH_MS = 12_000;
const MAKE_MS = 5 * 60_000;
/** Sources that are tried for a block. */
const SOURCES_MAX = 4;

export interface Heard {
  readonly name: string;
  readonly answer: SnapshotAnswer;
}

/** Asks every other peer for a snapshot at the height; who does not answer, or not well, is left out. */
export async function askAll({ chain, link, signal }: Asking, at: number): Promise<readonly Heard[]> {
  const names = link.peers(chain).slice(0, PEERS_MAX);
  const heard = await Promise.all(
    names.map(async (name): Promise<Heard | undefined> => {
      try {
        return { name, answer: decodeSnapshotAnswer(await untilAborted(link.askSnapshot(chain, name, height(at)), signal)) };
      } catch {
        // Away, or not speaking our language: either way it is no help now.
        return undefined;
      }
    }),
  );
  signal.throwIfAborted();
  return heard.filter((one) => one !== undefined);
}

export interface ProvenRules {
  readonly history: RulesHistory;
  /** The blocks that changed the rules, by height. */
  readonly records: ReadonlyMap<number, Uint8Array>;
}

/**
 * Walks from the rules of the genesis document over every change. Where the changes are, is the word of those who were
 * asked: a longer list is tried first, and counts only when each of its blocks is proved by the one before.
 */
export async function proveRules(asking: Asking, first: RulesHistory, heard: readonly Heard[]): Promise<ProvenRules> {
  const lists = heard.flatMap(({ answer }) => (answer.state === 'passed' && answer.changes.length > 0 ? [answer.changes] : []));
  const known = new Map<number, Uint8Array>();
  const tried = new Set<string>();
  for (const changes of lists.toSorted((a, b) => (b.at(-1) ?? 0) - (a.at(-1) ?? 0))) {
    const name = changes.join();
    if (tried.has(name)) continue;
    tried.add(name);
    const proven = await walk(asking, first, changes, known);
    if (proven !== undefined) return proven;
  }
  return { history: first, records: new Map() };
}

async function walk(asking: Asking, first: RulesHistory, changes: readonly number[], known: Map<number, Uint8Array>): Promise<ProvenRules | undefined> {
  const records = new Map<number, Uint8Array>();
  let history = first;
  for (const at of changes) {
    const taken = await fetchChecked(asking, at, (record) => ({ record, history: takeChange(history, asking.chain, record) }), known.get(at));
    if (taken === undefined || taken.history.changeHeights.at(-1) !== at) return undefined;
    known.set(at, taken.record);
    records.set(at, taken.record);
    history = taken.history;
  }
  return { history, records };
}

/** The block at a height for which `check` does not throw, from whoever has it; undefined when nobody does. */
export async function fetchChecked<T>({ chain, link, signal }: Asking, at: number, check: (record: Uint8Array) => T, known?: Uint8Array): Promise<T | undefined> {
  for (let skip = known === undefined ? 0 : -1; skip < SOURCES_MAX; skip += 1) {
    try {
      const record = skip < 0 ? known : (await untilAborted(link.fetchBlocks(chain, height(at), 1, skip), signal))[0];
      if (record !== undefined) return check(record);
    } catch {
      // Another one may have it, or the right one.
      signal.throwIfAborted();
    }
  }
  return undefined;
}

/**
 * A height that a validator who tells the truth has, or is about to have: nobody can send this peer after one that never
 * comes. Undefined when too few validators answered to certify anything.
 */
export function chooseHeight(history: RulesHistory, heard: readonly Heard[]): number | undefined {
  const top = Math.max(0, ...heard.map(({ answer }) => answer.height));
  const { finality, validators } = history.at(top + 1);
  const names = new Set(validators.map(({ name }) => name));
  const heights = heard.filter(({ name }) => names.has(name)).map(({ answer }) => answer.height).toSorted((a, b) => b - a);
  return heights.length < quorumOf(finality, validators.length) ? undefined : heights[believableOf(finality, validators.length) - 1];
}

export interface CertifiedSnapshot {
  readonly facts: SnapshotFacts;
  /** Peers that hold it: each signed it. */
  readonly sources: readonly string[];
}

/** Asks until a quorum signed one snapshot at that height. Throws JoinFailed when it will not. */
export async function certify(asking: Asking, history: RulesHistory, at: number): Promise<CertifiedSnapshot> {
  const { chain, ports, signal } = asking;
  const rules = history.at(at + 1);
  const quorum = quorumOf(rules.finality, rules.validators.length);
  const names = new Set(rules.validators.map(({ name }) => name));
  const began = ports.now();
  for (;;) {
    const heard = await askAll(asking, at);
    const ready = heard.flatMap(({ name, answer }) => (answer.state === 'ready' && isOf(answer.signed, chain, at) ? [{ name, signed: answer.signed }] : []));
    const certified = findCertified(ready, rules, verifySignature);
    if (certified !== undefined) return { facts: certified.facts, sources: certified.signers.map(({ name }) => name) };
    const hopeful = heard.filter(({ name, answer }) => names.has(name) && answer.state !== 'passed' && answer.state !== 'busy');
    if (hopeful.length < quorum) throw new JoinFailed(`no quorum of ${quorum} validators gives a snapshot at height ${at}: they are beyond it, busy or away`);
    const isMaking = hopeful.some(({ answer }) => answer.state === 'making');
    if (ports.now() - began > (isMaking ? MAKE_MS : REACH_MS)) throw new JoinFailed(`no quorum of ${quorum} validators came to height ${at} in time`);
    await pause(ports, POLL_MS, signal);
  }
}

function isOf({ facts }: SignedSnapshot, chain: ChainId, at: number): boolean {
  return facts.chain === chain && facts.height === at;
}
