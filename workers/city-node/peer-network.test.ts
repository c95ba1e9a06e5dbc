import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chainId, height, type LedgerHost } from '@/lib/ledger';
import { ChannelError, type PeerChannel, type SubmitResult } from '@/lib/peer-channel';
import { HostRegister } from './host-register';
import { PeerNetwork } from './peer-network';
import { createProcessLogger } from './process-logger';

const chain = chainId('tide-1');
const record = (text: string) => new TextEncoder().encode(text);

let directory: string;
let register: HostRegister;
let network: PeerNetwork;
let asked: string[];
/** What other hosts answer: block records or a transaction's fate by city node; absent: away. */
let records: Record<string, Uint8Array[]>;
let fates: Record<string, SubmitResult>;

const away = () => new ChannelError('unreachable', 'nobody answers');
const channel: Pick<PeerChannel, 'send' | 'announce' | 'fetchBlocks' | 'askSnapshot' | 'fetchRange' | 'askPeer' | 'runTask' | 'runShortTask' | 'submit'> = {
  send: ({ hostId, address }, { from, to }) => void asked.push(`send ${from}>${to} ${hostId} ${address}`),
  announce: ({ hostId }, { from, to }, at) => void asked.push(`announce ${from}>${to} ${hostId} ${at}`),
  async fetchBlocks(_, { cityNode }) {
    asked.push(`fetch ${cityNode}`);
    const page = records[cityNode];
    if (!page) throw away();
    return page;
  },
  async askSnapshot({ address }, { cityNode, height: at }) {
    asked.push(`snapshot ${cityNode} ${address} ${at}`);
    return record('answer');
  },
  async askPeer({ hostId, address }, { cityNode }) {
    asked.push(`ask ${cityNode} ${hostId} ${address}`);
    return record('answer');
  },
  async runTask({ address }, { cityNode, task }) {
    asked.push(`task ${cityNode} ${address}`);
    return task;
  },
  async runShortTask({ address }, { cityNode, task }) {
    asked.push(`short task ${cityNode} ${address}`);
    return task;
  },
  async fetchRange({ address }, { cityNode, height: at, index }) {
    asked.push(`range ${cityNode} ${address} ${at} ${index}`);
    return record('range');
  },
  async submit(_, { cityNode }) {
    asked.push(`submit ${cityNode}`);
    const fate = fates[cityNode];
    if (!fate) throw away();
    return fate;
  },
};

/** SIN lives here, the others each in a host of their own. */
async function open(orders: readonly string[], cityNodes = ['SIN', 'PAR', 'JNB', 'HKG']): Promise<void> {
  const peers = cityNodes.map((cityNode) => ({ cityNode, publicKey: 'AAAA', orders: orders.includes(cityNode), hostId: `host_${cityNode}`, channelAddress: `${cityNode.toLowerCase()}.example:4103` }));
  await register.putPeer({ chain, cityNode: 'SIN', framework: 'ethereum', peers });
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'peer-network-'));
  register = await HostRegister.open(path.join(directory, 'register'), randomBytes(32));
  network = new PeerNetwork({ hostId: 'host_SIN', register, logger: createProcessLogger('host_SIN', 'silent') });
  network.use(channel);
  [asked, records, fates] = [[], {}, {}];
});
afterEach(async () => {
  await register.close();
  await rm(directory, { recursive: true, force: true });
});

const link = () => network.linkOf('SIN');
const final: SubmitResult = { state: 'final', id: 'aa', height: 4, index: 0, succeeded: true, blockHash: 'bb' };

describe('blocks', () => {
  it('are asked of the peer that orders alone, whose word that there is nothing new is enough', async () => {
    await open(['PAR']);
    records = { PAR: [], JNB: [record('x')] };
    expect(await link().fetchBlocks(chain, height(1), 10)).toEqual([]);
    expect(asked).toEqual(['fetch PAR']);
  });

  it('are asked of the next one when nobody answers, or has nothing new while several order', async () => {
    await open(['SIN', 'PAR', 'JNB', 'HKG']);
    records = { JNB: [], HKG: [record('5')] };
    expect(await link().fetchBlocks(chain, height(5), 10)).toEqual([record('5')]);
    expect(asked).toEqual(['fetch PAR', 'fetch JNB', 'fetch HKG']);
  });

  it('are asked first of whoever told of the newest height, and of another when what it gave was no good', async () => {
    await open(['SIN', 'PAR', 'JNB', 'HKG']);
    records = { PAR: [record('p')], JNB: [record('j')], HKG: [record('h')] };
    network.enter('SIN', { announced: () => undefined } as unknown as LedgerHost);
    network.heard(chain, 'HKG', 'SIN', height(7));
    network.heard(chain, 'PAR', 'SIN', height(6));
    expect(await link().fetchBlocks(chain, height(7), 10)).toEqual([record('h')]);
    expect(await link().fetchBlocks(chain, height(7), 10, 1)).toEqual([record('p')]);
    expect(await link().fetchBlocks(chain, height(7), 10, 4)).toEqual([record('p')]);
    expect(await link().fetchBlocks(chain, height(8), 10)).toEqual([record('p')]);
  });

  it('cannot be had when everybody is away, or before there is a channel', async () => {
    await open(['PAR']);
    await expect(link().fetchBlocks(chain, height(1), 10)).rejects.toMatchObject({ code: 'peers-unreachable' });
    const early = new PeerNetwork({ hostId: 'host_SIN', register, logger: createProcessLogger('host_SIN', 'silent') });
    await expect(early.linkOf('SIN').fetchBlocks(chain, height(1), 10)).rejects.toMatchObject({ code: 'peers-unreachable' });
    await expect(early.linkOf('SIN').submit(chain, record('t'))).rejects.toMatchObject({ code: 'peers-unreachable' });
    early.linkOf('SIN').send(chain, 'PAR', record('m'));
    early.linkOf('SIN').announce(chain, height(1));
  });
});

describe('a transaction', () => {
  it('goes to the next peer when one does not answer, and no further than to one that does', async () => {
    await open(['PAR', 'JNB', 'HKG']);
    fates = { JNB: final };
    expect(await link().submit(chain, record('t'))).toEqual(final);
    expect(asked).toEqual(['submit PAR', 'submit JNB']);
  });

  it('that is refused by its framework or its queue is not tried elsewhere', async () => {
    await open(['PAR', 'JNB']);
    fates = { PAR: { state: 'refused', code: 'nonce-too-low', message: 'The nonce was used.', details: {} } };
    await expect(link().submit(chain, record('t'))).rejects.toMatchObject({ name: 'TransactionRefused', code: 'nonce-too-low' });
    fates = { PAR: { state: 'failed', code: 'queue-full', message: 'Too many wait.', details: { retryAfterMs: '250' } } };
    await expect(link().submit(chain, record('t'))).rejects.toMatchObject({ code: 'queue-full', details: { chain, retryAfterMs: 250 } });
    expect(asked).toEqual(['submit PAR', 'submit PAR']);
  });

  it('reaches one that orders even if the register does not know of it yet', async () => {
    await open(['PAR']);
    fates = { HKG: final };
    expect(await link().submit(chain, record('t'))).toEqual(final);
    expect(asked).toEqual(['submit PAR', 'submit JNB', 'submit HKG']);
  });
});

describe('messages and heights', () => {
  it('go to the host that carries the peer, and nowhere when there is no such peer', async () => {
    await open(['SIN', 'PAR', 'JNB']);
    link().send(chain, 'JNB', record('m'));
    link().send(chain, 'LON', record('m'));
    link().send(chainId('moss-1'), 'JNB', record('m'));
    link().announce(chain, height(3));
    expect(asked).toEqual(['send SIN>JNB host_JNB jnb.example:4103', 'announce SIN>PAR host_PAR 3', 'announce SIN>JNB host_JNB 3', 'announce SIN>HKG host_HKG 3']);
  });

  it('within the host are handed over a turn later, never in the middle of the sender’s', async () => {
    const received: string[] = [];
    await register.putPeer({
      chain,
      cityNode: 'PAR',
      framework: 'ethereum',
      peers: ['SIN', 'PAR'].map((cityNode) => ({ cityNode, publicKey: 'AAAA', orders: true, hostId: 'host_SIN', channelAddress: '' })),
    });
    network.enter('PAR', { received: (_: string, from: string) => received.push(from) } as unknown as LedgerHost);
    link().send(chain, 'PAR', record('m'));
    expect(received).toEqual([]);
    await Promise.resolve();
    expect([received, asked]).toEqual([['SIN'], []]);
  });
});

describe('snapshots', () => {
  it('are asked of the peer that is named, wherever it is, and of nobody else', async () => {
    await open(['PAR']);
    network.enter('SIN', { snapshotAnswer: () => record('own') } as unknown as LedgerHost);
    expect(link().peers(chain)).toEqual(['PAR', 'JNB', 'HKG']);
    expect(await link().askSnapshot(chain, 'JNB', height(7))).toEqual(record('answer'));
    expect(await link().fetchRange(chain, 'HKG', height(7), 3)).toEqual(record('range'));
    expect(asked).toEqual(['snapshot JNB jnb.example:4103 7', 'range HKG hkg.example:4103 7 3']);
    await expect(link().askSnapshot(chain, 'SYD', height(7))).rejects.toMatchObject({ code: 'peers-unreachable' });
    await expect(link().fetchRange(chain, 'SIN', height(7), 0)).rejects.toMatchObject({ code: 'peers-unreachable' });
    expect(asked).toHaveLength(2);
  });
});

describe('a request of the framework', () => {
  it('may be put to each other host once, whichever of its peers answers', async () => {
    await open(['SIN']);
    const answers = await Promise.all(network.otherHosts(chain).map((host) => host.ask(record('who?'), new AbortController().signal)));
    expect(answers).toEqual([record('answer'), record('answer'), record('answer')]);
    expect(asked).toEqual(['ask PAR host_PAR par.example:4103', 'ask JNB host_JNB jnb.example:4103', 'ask HKG host_HKG hkg.example:4103']);
  });

  it('goes to the peer of a host that orders, where it has several', async () => {
    const at = { hostId: 'host_PAR', channelAddress: 'par.example:4103', publicKey: 'AAAA' };
    const peers = [{ cityNode: 'JNB', orders: false, ...at }, { cityNode: 'PAR', orders: true, ...at }];
    await register.putPeer({ chain, cityNode: 'SIN', framework: 'ethereum', peers });
    await Promise.all(network.otherHosts(chain).map((host) => host.ask(record('who?'), new AbortController().signal)));
    expect(asked).toEqual(['ask PAR host_PAR par.example:4103']);
  });

  it('may be a task for each other host, whose name is that of its channel', async () => {
    await open(['SIN'], ['SIN', 'PAR']);
    const [host] = network.otherHosts(chain);
    const { signal } = new AbortController();
    expect([host?.hostId, host?.hostname, await host?.runTask(record('long'), signal), await host?.runShortTask(record('short'), signal)]).toEqual(['host_PAR', 'par.example', record('long'), record('short')]);
    expect(asked).toEqual(['task PAR par.example:4103', 'short task PAR par.example:4103']);
  });
});
