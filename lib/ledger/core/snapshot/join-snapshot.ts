import { decodeBlock, encodeBlock } from '../block';
import { CodecError } from '../codec';
import type { SnapshotFacts } from '../consensus/statements';
import type { BlockSignature } from '../host-types';
import { RULES_NOTE, type RulesHistory } from '../rules-history';
import type { LedgerStorage, Notes, StagedChain, StateEntry } from '../storage';
import { height, type Hash } from '../types';
import { untilAborted } from '../until-aborted';
import { askAll, certify, chooseHeight, fetchChecked, proveRules, type Asking, type CertifiedSnapshot, type ProvenRules } from './certify';
import { JoinFailed } from './join-failed';
import { pause } from './pause';
import { takeBase, takeNamed, withoutAttestation } from './prove-rules';
import { checkRange, sizeOfEntry } from './ranges';

export interface JoinOptions extends Asking {
  readonly storage: LedgerStorage;
  /** The peer's own block 0. */
  readonly genesisRecord: Uint8Array;
  /** The rules of its genesis document. */
  readonly genesisRules: RulesHistory;
  /** A snapshot that is not more than this above is of no use. */
  readonly above: number;
  readonly attest: (height: number, hash: Hash) => BlockSignature;
  readonly onProgress: (progress: JoinProgress) => void;
}

export interface JoinProgress {
  readonly height: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** A chain that is filled and only waits for its name. */
export interface JoinedStage {
  readonly stage: StagedChain;
  readonly height: number;
  /** What belongs to the height: the history of rules. */
  readonly notes: Notes;
}

/** The validators may be too fast for a height: so often a new one is chosen. */
const ROUNDS_MAX = 8;
/** No round begins later than this. */
const ROUNDS_MS = 120_000;
const ROUND_PAUSE_MS = 500;
/** Ranges that are fetched side by side; also bounds the memory: each is at most 18 MiB. */
const RANGES_AHEAD = 4;
/** Bytes that may be on their way to the disk: several ranges share a sync. */
const STAGING_BYTES_MAX = 4 * 1024 * 1024;
/** A source that gave nothing good so often in a row is not asked any more. */
const STRIKES_MAX = 3;
const STRIKE_PAUSE_MS = 1_000;

/**
 * Fills a chain aside from what other peers have: a state that a quorum signed, checked range by range, and the blocks
 * that prove who may sign. Throws JoinFailed when there is none to be had now; what was staged is gone then.
 */
export async function joinSnapshot(options: JoinOptions): Promise<JoinedStage> {
  const { certified, proven } = await findSnapshot(options);
  const { facts } = certified;
  const base = await fetchChecked(options, facts.height, (record) => takeBase(proven.history, facts, record));
  if (base === undefined) throw new JoinFailed(`nobody gives block ${facts.height}, which the snapshot is of`);
  const before = facts.height === 1 ? undefined : await fetchChecked(options, facts.height - 1, (record) => takeNamed(record, base.header.previousHash));
  if (facts.height > 1 && before === undefined) throw new JoinFailed(`nobody gives block ${facts.height - 1}`);
  const stage = await options.storage.stage(options.chain);
  try {
    await stage.putBlock(height(0), options.genesisRecord);
    for (const [at, record] of proven.records) if (at < facts.height - 1) await stage.putBlock(height(at), withoutAttestation(decodeBlock(record)));
    if (before !== undefined) await stage.putBlock(height(facts.height - 1), withoutAttestation(before));
    await stage.putBlock(height(facts.height), encodeBlock({ ...base, attestation: options.attest(facts.height, facts.blockHash) }));
    await fetchState(options, certified, stage);
  } catch (error) {
    await stage.discard();
    throw error;
  }
  const isChanged = proven.history.changeHeights.length > 0;
  return { stage, height: facts.height, notes: isChanged ? new Map([[RULES_NOTE, proven.history.encode()]]) : new Map() };
}

async function findSnapshot(options: JoinOptions): Promise<{ certified: CertifiedSnapshot; proven: ProvenRules }> {
  const { ports, signal } = options;
  let failure = 'no other peer answered';
  let last: { readonly height: number; readonly time: number } | undefined;
  const began = ports.now();
  for (let round = 0; round < ROUNDS_MAX && ports.now() - began < ROUNDS_MS; round += 1) {
    if (round > 0) await pause(ports, ROUND_PAUSE_MS, signal);
    const heard = await askAll(options, 0);
    const proven = await proveRules(options, options.genesisRules, heard);
    const reached = chooseHeight(proven.history, heard);
    if (reached === undefined) {
      failure = 'too few validators answered';
      continue;
    }
    if (reached <= options.above) throw new JoinFailed(`the others are at ${reached}, which is not far enough`);
    const now = ports.now();
    // On a sub-chain in motion the height must lie ahead of those who are asked: by what they make in half a second, or more.
    const speed = last === undefined ? 0 : (reached - last.height) / Math.max(1, now - last.time);
    last = { height: reached, time: now };
    try {
      return { certified: await certify(options, proven.history, reached + Math.ceil(speed * 500 * Math.max(1, round))), proven };
    } catch (error) {
      if (!(error instanceof JoinFailed)) throw error;
      failure = error.message;
    }
  }
  throw new JoinFailed(failure);
}

/** Fetches and stages every range in order; some are on their way while one is staged. */
async function fetchState(options: JoinOptions, { facts, sources }: CertifiedSnapshot, stage: StagedChain): Promise<void> {
  const { chain, ports, signal, onProgress } = options;
  const fetcher = new RangeFetcher(options, facts, sources);
  let [bytesTaken, bytesStaged] = [0, 0];
  const staging: { readonly bytes: number; readonly put: Promise<void> }[] = [];
  const stageOldest = async (): Promise<void> => {
    const oldest = staging.shift();
    await oldest?.put;
    bytesStaged += oldest?.bytes ?? 0;
  };
  const tell = (): void => onProgress({ height: facts.height, bytesDone: bytesTaken, bytesTotal: facts.bytes });
  let lastKey: Uint8Array | undefined;
  const ahead: Promise<readonly StateEntry[]>[] = [];
  tell();
  for (let index = 0, asked = 0; index < facts.ranges; index += 1) {
    for (; asked < Math.min(facts.ranges, index + RANGES_AHEAD); asked += 1) {
      const range = fetcher.fetch(asked);
      // Whoever awaits it hears of its failure; when another one fails first, nobody does.
      range.catch(() => undefined);
      ahead.push(range);
    }
    const entries = await ahead.shift();
    signal.throwIfAborted();
    const [first, last] = [entries?.at(0), entries?.at(-1)];
    if (entries === undefined || first === undefined || last === undefined) throw new JoinFailed(`range ${index} of ${chain} was not asked for`);
    if (lastKey !== undefined && Buffer.compare(lastKey, first.key) >= 0) throw new JoinFailed(`range ${index} begins before the one before it ends`);
    // A copy: the message that it lies in may go.
    lastKey = Uint8Array.from(last.key);
    const bytes = entries.reduce((sum, entry) => sum + sizeOfEntry(entry), 0);
    const put = stage.putState(entries);
    // Whoever awaits it hears of its failure.
    put.catch(() => undefined);
    staging.push({ bytes, put });
    bytesTaken += bytes;
    while (bytesTaken - bytesStaged > STAGING_BYTES_MAX) await stageOldest();
    tell();
    await ports.yieldTurn();
  }
  while (staging.length > 0) await stageOldest();
  if (bytesStaged !== facts.bytes) throw new JoinFailed(`the ranges of the snapshot hold ${bytesStaged} bytes where ${facts.bytes} were signed`);
}

/** Gets ranges from those who hold the snapshot, in turn; who lies or fails too often is left. */
class RangeFetcher {
  readonly #options: JoinOptions;
  readonly #facts: SnapshotFacts;
  readonly #strikes: Map<string, number>;

  constructor(options: JoinOptions, facts: SnapshotFacts, sources: readonly string[]) {
    this.#options = options;
    this.#facts = facts;
    this.#strikes = new Map(sources.map((name) => [name, 0]));
  }

  /** The entries of a range of the certified state. */
  async fetch(index: number): Promise<readonly StateEntry[]> {
    const { chain, link, ports, signal } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      const names = [...this.#strikes.keys()];
      const name = names[(index + attempt) % Math.max(1, names.length)];
      if (name === undefined) throw new JoinFailed('no peer gives the ranges of the snapshot any more');
      try {
        const bytes = await untilAborted(link.fetchRange(chain, name, height(this.#facts.height), index), signal);
        signal.throwIfAborted();
        const entries = checkRange(this.#facts, index, bytes);
        this.#strikes.set(name, 0);
        return entries;
      } catch (error) {
        signal.throwIfAborted();
        this.#strike(name, error);
        if (attempt + 1 >= names.length) await pause(ports, STRIKE_PAUSE_MS, signal);
      }
    }
  }

  #strike(name: string, error: unknown): void {
    const { chain, ports } = this.#options;
    // Away may be back; a lie was told on purpose, or its disk tells it.
    const strikes = (this.#strikes.get(name) ?? 0) + (error instanceof CodecError ? STRIKES_MAX : 1);
    if (strikes < STRIKES_MAX) this.#strikes.set(name, strikes);
    else if (this.#strikes.delete(name)) ports.logger.warn({ chain, peer: name, reason: error instanceof Error ? error.message : 'unknown' }, 'a peer is not asked for its snapshot any more');
  }
}
