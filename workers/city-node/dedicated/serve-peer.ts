import { setImmediate } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { LedgerError, openLedgerHost, type Belongings, type ChainId, type GenesisSpec, type Height, type LedgerHost, type MovePiece, type PeerLink, type RulesChange, type SubmitAnswer, type TimeMs } from '@/lib/ledger';
import { loadFrameworks } from '../load-frameworks';
import { createProcessLogger } from '../process-logger';
import { schedule, threadOptions } from '../thread-options';
import { IpcCalls, type IpcPort } from './ipc-calls';
import type { OpenDedicated } from './protocol';
import { StatusTeller } from './status-teller';

export interface ServedPeer {
  readonly calls: IpcCalls;
  /** Finishes what is queued, waits for the disk, releases the directory. */
  close(): Promise<void>;
}

/** The peer of one sub-chain in a process of its own: the machine, and nothing else. Everybody reaches it through the city node's process, and it everybody else. */
export async function servePeer(open: OpenDedicated, port: IpcPort): Promise<ServedPeer> {
  const { hostId, cityNode, chain, directory, nodeKey, version, logLevel, others } = open;
  const logger = createProcessLogger(hostId, logLevel).child({ cityNode, dedicated: chain });
  const { frameworks, close: closeFrameworks } = await loadFrameworks({
    version,
    yieldTurn: () => setImmediate(),
    threads: threadOptions(logger),
    onUnexpected: (error, method) => logger.error({ method, err: error }, 'a call failed'),
  });
  // The peer's own work begins with the first call: by then both are there.
  let methods: Methods = {};
  const calls: IpcCalls = new IpcCalls({
    port,
    onCall: async (method, args, signal) => {
      const carryOut = methods[method];
      if (carryOut === undefined) throw new Error(`this process does not know ${method}`);
      return carryOut(args as never, signal);
    },
    onTell: (method, args) => void methods[method]?.(args as never, new AbortController().signal),
    beforeAnswer: () => teller.tellNews(),
    tooMany: () => new LedgerError('queue-full', { chain, retryAfterMs: 1_000 }, 'Too many calls wait for the city node.'),
  });
  let host: LedgerHost;
  try {
    host = await openLedgerHost({
      directory,
      keyEncryptionKey: nodeKey,
      frameworks,
      link: linkOver(calls, others, () => teller.tellNews()),
      ports: { now: () => Date.now() as TimeMs, schedule, yieldTurn: () => setImmediate(), elapsedMs: () => performance.now(), nonce: () => randomBytes(16), logger },
    });
  } catch (error) {
    await closeFrameworks();
    throw error;
  }
  const teller = new StatusTeller(chain, host, (report) => calls.tell('report', [report]));
  methods = methodsOf(chain, host, () => teller.expectNews());
  await teller.begin();
  return {
    calls,
    close: async () => {
      teller.end();
      await host.close();
      await closeFrameworks();
    },
  };
}

type Methods = Readonly<Record<string, (args: never, signal: AbortSignal) => unknown>>;

function methodsOf(chain: ChainId, host: LedgerHost, happened: () => void): Methods {
  const methods: Methods = {
    createPeer: () => host.createPeer(chain),
    createChain: ([genesis]: [GenesisSpec]) => host.createChain(genesis),
    submit: ([bytes]: [Uint8Array]) => host.submit(chain, bytes),
    head: () => host.head(chain),
    query: ([request, isObserver]: [unknown, boolean], signal) => host.query(chain, request, signal, { isObserver }),
    blockAt: ([at]: [Height]) => host.blockAt(chain, at),
    genesis: () => host.genesis(chain),
    blockRecords: ([from, limit]: [Height, number]) => host.blockRecords(chain, from, limit),
    snapshotAnswer: ([at]: [Height]) => host.snapshotAnswer(chain, at),
    snapshotRange: ([at, index]: [Height, number]) => host.snapshotRange(chain, at, index),
    waitForHeight: ([after]: [number], signal) => host.waitForHeight(chain, after, signal),
    stopChain: ([reason]: [string]) => host.stopChain(chain, reason),
    startChain: () => host.startChain(chain),
    approveChange: ([change]: [RulesChange]) => host.approveChange(chain, change),
    healChain: () => host.healChain(chain),
    catchUp: () => host.catchUp(chain),
    announced: ([at]: [Height]) => host.announced(chain, at),
    received: ([from, message]: [string, Uint8Array]) => host.received(chain, from, message),
    next: () => host.moves.next(chain),
    leave: () => host.moves.leave(chain),
    stay: () => host.moves.stay(chain),
    take: ([piece]: [MovePiece]) => host.moves.take(chain, piece),
    settle: ([belongings]: [Belongings]) => host.moves.settle(chain, belongings),
    ping: () => undefined,
  };
  return Object.fromEntries(
    Object.entries(methods).map(([name, carryOut]) => [
      name,
      (args: never, signal: AbortSignal) => {
        happened();
        return carryOut(args, signal);
      },
    ]),
  );
}

function linkOver(calls: IpcCalls, others: readonly string[], told: () => void): PeerLink {
  return {
    announce: (_, height) => {
      told();
      calls.tell('announce', [height]);
    },
    fetchBlocks: (_, from, limit, skip = 0) => calls.call('fetchBlocks', [from, limit, skip]) as Promise<readonly Uint8Array[]>,
    peers: () => others,
    askSnapshot: (_, peer, height) => calls.call('askSnapshot', [peer, height]) as Promise<Uint8Array>,
    fetchRange: (_, peer, height, index) => calls.call('fetchRange', [peer, height, index]) as Promise<Uint8Array>,
    send: (_, to, message) => calls.tell('send', [to, message]),
    submit: (_, bytes, options) => calls.call('submit', [bytes], options?.signal) as Promise<SubmitAnswer>,
  };
}
