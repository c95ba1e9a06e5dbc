import path from 'node:path';
import { consumptionTopMax, type Consumption, type ConsumptionQuery, type ConsumptionRow, type PeerGlance } from '@/lib/control';
import type { LedgerHost } from '@/lib/ledger';
import { LoopMeter, readIndexBytes, readMappedBytes, readMemory, type LoopFacts } from './measure-process';

export interface ConsumptionReaderOptions {
  readonly dataDirectory: string;
  readonly startedAtMs: number;
  readonly hosts: ReadonlyMap<string, Pick<LedgerHost, 'stats'>>;
  /** Every peer of the host. */
  readonly glances: () => Promise<readonly PeerGlance[]>;
  readonly now: () => number;
}

/** Shares are of no shorter time: single blocks would look like load. */
const intervalMsMin = 5_000;

/** What was used up to a moment: the beginning of an interval. */
interface Reading {
  readonly atMs: number;
  readonly cpuMs: number;
  /** Processor time of each peer. */
  readonly peers: ReadonlyMap<string, number>;
}

/**
 * What the sub-chains take of the host, from what the machine measures in any case. Nothing runs between two calls:
 * shares are of the time since an earlier call, at first since the start of the process.
 */
export class ConsumptionReader {
  private readonly loop = new LoopMeter();
  private base: Reading;
  private latest: Reading;
  private lastLoop: LoopFacts | undefined;

  constructor(private readonly options: ConsumptionReaderOptions) {
    this.base = { atMs: options.startedAtMs, cpuMs: 0, peers: new Map() };
    this.latest = this.base;
  }

  async read(query: ConsumptionQuery): Promise<Consumption> {
    const peers = await this.options.glances();
    const [memory, cityNodes] = await Promise.all([readMemory(), this.readCityNodes()]);
    const reading = this.readingOf(peers);
    const loop = this.advance(reading);
    const base = this.base;
    const passedMs = Math.max(1, reading.atMs - base.atMs);
    const rows = peers.map((status) => toRow(status, Math.max(0, timeOf(status) - (base.peers.get(nameOf(status)) ?? 0)) / passedMs));
    const found = rows.filter((row) => matches(row, query)).sort(comparisonOf(query));
    return {
      atMs: reading.atMs,
      sinceMs: base.atMs,
      startedAtMs: this.options.startedAtMs,
      found: found.length,
      rows: found.slice(query.offset, query.offset + query.limit),
      top: rows
        .filter(({ share }) => share > 0)
        .sort((a, b) => b.share - a.share)
        .slice(0, consumptionTopMax)
        .map(({ cityNode, chain, share }) => ({ cityNode, chain, share })),
      sum: sumOf(rows),
      cityNodes,
      process: {
        ...(memory.costBytes === undefined ? {} : { memoryBytes: memory.costBytes }),
        ...(memory.mappedBytes === undefined ? {} : { mappedBytes: memory.mappedBytes }),
        heapBytes: process.memoryUsage().heapUsed,
        cpuSeconds: reading.cpuMs / 1_000,
        share: Math.max(0, reading.cpuMs - base.cpuMs) / passedMs,
        ...loop,
      },
    };
  }

  close(): void {
    this.loop.close();
  }

  private readingOf(peers: readonly PeerGlance[]): Reading {
    const { user, system } = process.cpuUsage();
    return { atMs: this.options.now(), cpuMs: (user + system) / 1_000, peers: new Map(peers.map((status) => [nameOf(status), timeOf(status)])) };
  }

  /** The interval moves on when it is long enough, for everybody who looks. */
  private advance(reading: Reading): LoopFacts {
    if (reading.atMs - this.latest.atMs >= intervalMsMin) {
      this.base = this.latest;
      this.latest = reading;
      this.lastLoop = this.loop.read();
      this.loop.restart();
    }
    return this.lastLoop ?? this.loop.read();
  }

  private async readCityNodes(): Promise<Consumption['cityNodes']> {
    const { dataDirectory, hosts } = this.options;
    const codes = [...hosts.keys()];
    const mapped = await readMappedBytes(codes.map((code) => path.join(dataDirectory, code, 'index')));
    return Promise.all(
      [...hosts].map(async ([code, host], at) => {
        const { chains, openChains, diskBytes, deadBytes } = host.stats();
        const indexMappedBytes = mapped[at];
        return { code, peers: chains, open: openChains, logBytes: diskBytes, deadBytes, indexBytes: await readIndexBytes(path.join(dataDirectory, code)), ...(indexMappedBytes === undefined ? {} : { indexMappedBytes }) };
      }),
    );
  }
}

function timeOf({ resources }: Pick<PeerGlance, 'resources'>): number {
  return resources.executionMs + resources.workerMs;
}

function nameOf({ cityNode, chain }: Pick<PeerGlance, 'cityNode' | 'chain'>): string {
  return `${cityNode}/${chain}`;
}

function toRow({ cityNode, chain, state, height, problem, resources, home }: PeerGlance, share: number): ConsumptionRow {
  return { cityNode, chain, state, height, ...(problem === undefined ? {} : { problem }), resources, home, share };
}

function matches(row: ConsumptionRow, { cityNode, search }: ConsumptionQuery): boolean {
  if (cityNode !== undefined && row.cityNode !== cityNode) return false;
  return search === undefined || row.chain.includes(search.toLowerCase());
}

/** What stands first in ascending order: the state of one that needs somebody comes last. */
const stateOrder = { key: 0, running: 1, stopped: 2 } as const;

const values: Readonly<Record<Exclude<ConsumptionQuery['sort'], 'name'>, (row: ConsumptionRow) => number>> = {
  share: ({ share }) => share,
  time: timeOf,
  memory: ({ resources }) => resources.memoryBytes,
  disk: ({ resources }) => resources.diskBytes,
  transactions: ({ resources }) => resources.transactions,
  calls: ({ resources }) => resources.calls,
  height: ({ height }) => height,
  state: ({ state }) => stateOrder[state],
};

function comparisonOf({ sort, order }: ConsumptionQuery): (a: ConsumptionRow, b: ConsumptionRow) => number {
  const sign = order === 'asc' ? 1 : -1;
  const byName = (a: ConsumptionRow, b: ConsumptionRow) => compareText(a.chain, b.chain) || compareText(a.cityNode, b.cityNode);
  if (sort === 'name') return (a, b) => sign * byName(a, b);
  const value = values[sort];
  // Equals keep one order, or a page would repeat what the page before showed.
  return (a, b) => sign * (value(a) - value(b)) || byName(a, b);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sumOf(rows: readonly ConsumptionRow[]): Consumption['sum'] {
  const sum = { peers: rows.length, running: 0, stopped: 0, share: 0, resources: { memoryBytes: 0, diskBytes: 0, executionMs: 0, workerMs: 0, transactions: 0, calls: 0 } };
  for (const { state, share, resources } of rows) {
    if (state === 'running') sum.running += 1;
    if (state === 'stopped') sum.stopped += 1;
    sum.share += share;
    for (const name of ['memoryBytes', 'diskBytes', 'executionMs', 'workerMs', 'transactions', 'calls'] as const) sum.resources[name] += resources[name];
  }
  return sum;
}
