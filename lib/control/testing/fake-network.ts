import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@/lib/platform/pure/errors';
import {
  openControlServer,
  parseControlSecret,
  quorumOf,
  validatorsOf,
  waitMsMax,
  type ApproveChange,
  type BlockCertificate,
  type ControlHandlers,
  type Evidence,
  type Finality,
  type HomeStatus,
  type PeerHomeName,
  type PeerName,
  type PeerStatus,
} from '..';

interface FakePeer {
  readonly key: KeyObject;
  readonly publicKey: string;
  stopped?: string;
  /** Does not learn of new rules: a peer that is behind. */
  isHeld: boolean;
  home: HomeStatus;
  /** Of the next move: why it comes to nothing; absent: it is there when it is next looked at. */
  moveProblem?: string;
  finality: Finality;
  approved?: ApproveChange;
  /** Approved and not in force here yet. */
  pending?: ApproveChange;
  evidence: Evidence[];
}

interface FakeChain {
  height: number;
  finality: Finality;
  /** City nodes that order, in the order of turns. */
  validators: string[];
  readonly peers: Map<string, FakePeer>;
  /** Validators do not reach each other: approvals are kept, and no block comes of them. */
  isCut?: boolean;
}

export interface FakeHost {
  readonly controlUrl: string;
  /** Answers no more, like a host that is away. */
  close(): Promise<void>;
}

/**
 * Hosts whose peers live in memory, behind the real control interface: for tests of what the portal does with hosts in
 * states that real ones seldom have. Peers agree at once. What is promised of the interface holds: one key a peer, the
 * same call the same answer, one change at a time, new rules only once a quorum of the present ones has approved.
 */
export class FakeNetwork {
  readonly #chains = new Map<string, FakeChain>();

  /** Listens on 127.0.0.1; `secret` as in `join.json`. Calls that no test needed yet are NOT_FOUND. */
  async openHost({ hostId, secret, cityNodes, port = 0 }: { hostId: string; secret: string; cityNodes: readonly string[]; port?: number }, change: Partial<ControlHandlers> = {}): Promise<FakeHost> {
    const quiet = () => undefined;
    const server = await openControlServer({
      host: '127.0.0.1',
      port,
      hostId,
      secret: parseControlSecret(secret),
      handlers: { ...this.#handlers(hostId, new Set(cityNodes)), ...change },
      isReady: () => true,
      logger: { info: quiet, warn: quiet, error: quiet },
    });
    return { controlUrl: `http://127.0.0.1:${server.port}`, close: () => server.close(100) };
  }

  stop(peer: PeerName, reason: string): void {
    this.#peer(peer).stopped = reason;
  }

  /** Moves of it come to nothing. */
  refuseMoves(peer: PeerName, problem: string): void {
    this.#peer(peer).moveProblem = problem;
  }

  start(peer: PeerName): void {
    delete this.#peer(peer).stopped;
  }

  /** While held, a peer approves but does not come to the block that carries the new rules. */
  hold(peer: PeerName, isHeld: boolean): void {
    const held = this.#peer(peer);
    held.isHeld = isHeld;
    if (!isHeld) arrive(held, this.#chain(peer).finality);
  }

  /** While cut, approvals lead to no block; those of that time lead to none afterwards either, unless they are given again. */
  cut(chain: string, isCut: boolean): void {
    this.#chain({ chain, cityNode: '' }).isCut = isCut;
  }

  /** As if clients had sent that many blocks full of transactions. */
  seal(chain: string, blocks: number): void {
    this.#chain({ chain, cityNode: '' }).height += blocks;
  }

  /** As if its host had lost the directory. */
  forget({ chain, cityNode }: PeerName): void {
    this.#chain({ chain, cityNode }).peers.delete(cityNode);
  }

  addEvidence(peer: PeerName, evidence: Evidence): void {
    this.#peer(peer).evidence.unshift(evidence);
  }

  /** What each peer was asked to approve last, by city node. */
  approvals(chain: string): Record<string, ApproveChange | undefined> {
    const { peers } = this.#chain({ chain, cityNode: '' });
    return Object.fromEntries([...peers].map(([cityNode, { approved }]) => [cityNode, approved]));
  }

  #handlers(hostId: string, cityNodes: ReadonlySet<string>): ControlHandlers {
    return {
      createPeer: async ({ params }) => ({ publicKey: this.#create(params).publicKey }),
      openChain: async ({ params, body }) => {
        const chain = this.#chain(params);
        chain.finality = body.finality;
        chain.validators = body.peers.filter(({ orders }) => orders).map(({ cityNode }) => cityNode);
        this.#peer(params).finality = body.finality;
        return { genesisHash: 'e'.repeat(64), height: chain.height };
      },
      peerStatus: async ({ params }) => this.#status(params),
      listPeers: async () => ({ peers: this.#statusesOf(cityNodes) }),
      changedPeers: async () => ({ token: 'fake', areAll: true, inUse: this.#statusesOf(cityNodes), atRest: [] }),
      approveChange: async ({ params, body }) => this.#approve(params, body),
      blockCertificate: async ({ params: { height, ...peer } }) => this.#certify(peer, height),
      waitForHeight: async ({ params }, { signal }) => {
        await delay(waitMsMax, undefined, { signal });
        return { height: this.#chain(params).height };
      },
      removeChain: async ({ params }) => {
        if (this.#chains.has(params.chain)) this.forget(params);
        return {};
      },
      movePeer: async ({ params, body }) => this.#move(params, body.to),
      startChain: absent,
      stopChain: absent,
      setLimits: async () => ({}),
      deploy: absent,
      rpc: absent,
      putAccessKey: async ({ body }) => ({ id: body.id, version: body.version }),
      listAccessKeys: async () => ({ accessKeys: [] }),
      meters: async () => ({ records: [], lastSequence: 0 }),
      acknowledgeMeters: async () => ({}),
      channelRequest: absent,
      putChannelCertificate: absent,
      fabricRequest: absent,
      putFabricCertificate: absent,
      removeFabricIdentity: absent,
      listFabricIdentities: async () => ({ identities: [] }),
      report: async () => ({ hostId, version: '0.1.0', startedAtMs: 1, atMs: Date.now(), memoryRssBytes: 1, cpuSeconds: 0, diskFreeBytes: 1, cityNodes: [] }),
      consumption: absent,
    };
  }

  #statusesOf(cityNodes: ReadonlySet<string>): PeerStatus[] {
    return [...this.#chains].flatMap(([chain, { peers }]) => [...peers.keys()].filter((cityNode) => cityNodes.has(cityNode)).map((cityNode) => this.#status({ chain, cityNode })));
  }

  #create({ chain, cityNode }: PeerName): FakePeer {
    const known = this.#chains.get(chain) ?? { height: 0, finality: 'solo' as const, validators: [], peers: new Map<string, FakePeer>() };
    this.#chains.set(chain, known);
    const present = known.peers.get(cityNode);
    if (present) return present;
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const peer: FakePeer = { key: pair.privateKey, publicKey, isHeld: false, home: { at: 'shared' }, finality: 'solo', evidence: [] };
    known.peers.set(cityNode, peer);
    return peer;
  }

  #chain({ chain }: PeerName): FakeChain {
    return this.#chains.get(chain) ?? missing();
  }

  #peer(peer: PeerName): FakePeer {
    return this.#chain(peer).peers.get(peer.cityNode) ?? missing();
  }

  #status(name: PeerName): PeerStatus {
    const chain = this.#chain(name);
    const { stopped, finality, evidence } = this.#peer(name);
    return {
      ...name,
      state: stopped === undefined ? 'running' : 'stopped',
      orders: chain.validators.includes(name.cityNode),
      height: chain.height,
      home: this.#lookHome(name),
      resources: { memoryBytes: 2_048, diskBytes: 4_096, executionMs: 1.5, workerMs: 0, transactions: 3, calls: 5 },
      ...(stopped === undefined ? {} : { problem: stopped }),
      finality,
      validators: validatorsOf(finality, chain.peers.size),
      quorum: quorumOf(finality, chain.peers.size),
      evidence,
    };
  }

  #move(name: PeerName, to: PeerHomeName): HomeStatus {
    const peer = this.#peer(name);
    if (peer.home.at !== to && peer.home.moving === undefined) peer.home = { at: peer.home.at, moving: { to, stage: 'copying' } };
    return peer.home;
  }

  /** A move takes as long as between two looks. */
  #lookHome(name: PeerName): HomeStatus {
    const peer = this.#peer(name);
    const { at, moving } = peer.home;
    if (moving !== undefined) peer.home = peer.moveProblem === undefined ? { at: moving.to } : { at, problem: peer.moveProblem };
    return peer.home;
  }

  #approve(name: PeerName, change: ApproveChange): { state: 'approved' | 'done'; height: number } {
    const chain = this.#chain(name);
    const peer = this.#peer(name);
    const same = (other: ApproveChange | undefined) => JSON.stringify(other) === JSON.stringify(change);
    if (peer.pending && !same(peer.pending)) {
      throw new AppError('CONFLICT', { subject: 'change' }, { publicMessage: 'Another change of this sub-chain is pending here.' });
    }
    peer.approved = change;
    if (peer.finality !== change.finality) peer.pending = change;
    const yes = chain.validators.filter((cityNode) => same(chain.peers.get(cityNode)?.approved)).length;
    if (!chain.isCut && yes >= quorumOf(chain.finality, chain.peers.size) && chain.finality !== change.finality) {
      chain.height += 1;
      chain.finality = change.finality;
      chain.validators = change.validators.map(({ name: cityNode }) => cityNode);
      for (const one of chain.peers.values()) if (!one.isHeld) arrive(one, change.finality);
    }
    return { state: peer.finality === change.finality ? 'done' : 'approved', height: chain.height };
  }

  #certify(name: PeerName, height: number): BlockCertificate {
    const { finality, validators, peers, height: head } = this.#chain(name);
    if (height < 1 || height > head) missing();
    const hash = height.toString(16).padStart(64, '0');
    const statement = statementOf(name.chain, height, hash);
    const quorum = quorumOf(finality, peers.size);
    const signatures = validators.slice(0, quorum).map((cityNode) => {
      const { key, publicKey } = this.#peer({ chain: name.chain, cityNode });
      return { name: cityNode, publicKey, signature: sign('sha256', statement, { key, dsaEncoding: 'ieee-p1363' }).toString('base64') };
    });
    return { height, hash, round: 0, finality, quorum, validators: validators.length, proposer: validators[height % validators.length] ?? '', signatures };
  }
}

function arrive(peer: FakePeer, finality: Finality): void {
  peer.finality = finality;
  delete peer.pending;
}

function statementOf(chain: string, height: number, hash: string): Buffer {
  const text = (value: string) => Buffer.concat([number(value.length, 4), Buffer.from(value)]);
  return Buffer.concat([text('chainworks/finality/1'), text(chain), number(height, 6), number(0, 4), Buffer.from(hash, 'hex')]);
}

function number(value: number, bytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');
}

async function absent(): Promise<never> {
  return missing();
}

function missing(): never {
  throw new AppError('NOT_FOUND', { subject: 'peer' }, { publicMessage: 'There is no such peer.' });
}
