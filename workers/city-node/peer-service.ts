import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { ApproveChange, BlockCertificate, ChainLimits, ChangedPeers, DeployResult, HomeStatus, OpenChain, OpenChainResult, PeerGlance, PeerHomeName, PeerName, PeerStatus } from '@/lib/control';
import type { AccessKeyTable, QuotaTable } from '@/lib/gateway';
import { isLedgerError, type ChainId, type GenesisSpec, type Height, type LedgerHost, type TimeMs } from '@/lib/ledger';
import { AppError } from '@/lib/platform/pure/errors';
import { agreementStatus } from './agreement-status';
import type { CityNodeHost, PeerMover } from './dedicated/peer-home';
import { deployContract } from './deploy-contract';
import type { FabricPart } from './fabric/fabric-part';
import { FABRIC } from './fabric/late-framework';
import { nameOf, type HostRegister, type RegisteredPeer } from './host-register';
import { translated } from './ledger-errors';
import { ProtocolError, type PeerDoors } from './peer-doors';
import type { PeerNetwork } from './peer-network';
import { lagOf, problemOf } from './problem-of';

export interface PeerServiceOptions {
  readonly hostId: string;
  readonly hosts: ReadonlyMap<string, CityNodeHost & PeerMover>;
  readonly register: HostRegister;
  readonly doors: PeerDoors;
  readonly quotas: QuotaTable;
  readonly accessKeys: AccessKeyTable;
  readonly network: Pick<PeerNetwork, 'forget'>;
  /** What sub-chains have here beside their ledgers. */
  readonly fabric: Pick<FabricPart, 'withName' | 'release'>;
  /** For work that nobody waits for. */
  readonly onBackgroundError: (error: unknown, event: string, peer: PeerName) => void;
}

/** Peers that are measured before other work has its turn. */
const listTurn = 16;
/** Looking at one is a hundred times as fast. */
const glanceTurn = 1_000;

/** What the control interface does with peers: every call idempotent, changes of one peer one after another. */
export class PeerService {
  private readonly serial = new Map<string, Promise<unknown>>();
  /** Marks of another process say nothing here. */
  private readonly processId = randomUUID();

  constructor(private readonly options: PeerServiceOptions) {}

  async createPeer(peer: PeerName): Promise<{ publicKey: string }> {
    const host = this.host(peer.cityNode);
    const { publicKey } = await translated(() => host.createPeer(idOf(peer)));
    return { publicKey: Buffer.from(publicKey).toString('base64') };
  }

  open(peer: PeerName, input: OpenChain): Promise<OpenChainResult> {
    return this.inOrder(peer, () => this.openInOrder(peer, input));
  }

  async start(peer: PeerName): Promise<PeerStatus> {
    await translated(() => this.host(peer.cityNode).startChain(idOf(peer)));
    return this.status(peer);
  }

  async stop(peer: PeerName, reason: string): Promise<PeerStatus> {
    await translated(() => this.host(peer.cityNode).stopChain(idOf(peer), reason));
    return this.status(peer);
  }

  /** Begins the move and says how it stands: it goes on by itself. */
  async move(peer: PeerName, to: PeerHomeName): Promise<HomeStatus> {
    const host = this.host(peer.cityNode);
    const { framework } = this.registered(peer);
    if (framework === FABRIC && to === 'own') {
      throw new AppError('UNSUPPORTED', { what: 'home' }, { publicMessage: 'The peer of a Fabric channel cannot have a process of its own: its clients are answered by its city node’s.' });
    }
    host.move(idOf(peer), to).catch((error: unknown) => this.options.onBackgroundError(error, 'a peer was not moved', peer));
    return host.homeStatus(idOf(peer));
  }

  remove(peer: PeerName): Promise<void> {
    return this.inOrder(peer, async () => {
      const { register, doors, quotas, accessKeys, network, fabric } = this.options;
      const host = this.host(peer.cityNode);
      doors.forget(peer);
      // The ledger first: until it is gone, the register must know that there is something to remove.
      await translated(() => host.removeChain(idOf(peer)));
      doors.forget(peer);
      await register.removePeer(peer);
      if (register.hasChain(peer.chain)) return;
      network.forget(peer.chain);
      quotas.delete(peer.chain);
      accessKeys.removeChain(peer.chain);
      await fabric.release(peer.chain);
    });
  }

  async setLimits(peer: PeerName, limits: ChainLimits): Promise<void> {
    this.registered(peer);
    await this.options.register.putLimits(peer.chain, limits);
    this.options.quotas.update(peer.chain, limits);
  }

  /** Lets the peer vote for new rules. The operation's id needs no keeping: the same rules twice are one approval. */
  async approveChange(peer: PeerName, { finality, validators, engineVersion }: ApproveChange): Promise<{ state: 'approved' | 'done'; height: number }> {
    const host = this.host(peer.cityNode);
    const keys = validators.map(({ name, publicKey }) => ({ name, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64')) }));
    const upgrade = engineVersion === undefined ? {} : { upgrade: { engineVersion: engineVersion.version, height: engineVersion.atHeight } };
    const state = await translated(() => host.approveChange(idOf(peer), { finality, validators: keys, ...upgrade }));
    return { state, height: (await host.head(idOf(peer))).height };
  }

  /** Why a block is final. The genesis block has no certificate: every peer makes it from the same document. */
  async certificate(peer: PeerName, at: number): Promise<BlockCertificate> {
    const host = this.host(peer.cityNode);
    const { block, genesis } = await translated(async () => ({ block: at === 0 ? undefined : await host.blockAt(idOf(peer), at as Height), genesis: await host.genesis(idOf(peer)) }));
    if (!block) throw new AppError('NOT_FOUND', { subject: 'block' }, { publicMessage: 'This peer has no certificate of that height.' });
    const { finality, round, quorum, validators, signatures } = block.certificate;
    const peers = [...signatures, ...genesis.peers];
    return {
      height: block.header.height,
      hash: block.hash,
      round,
      finality,
      quorum,
      validators,
      proposer: peers.find(({ publicKey }) => Buffer.compare(publicKey, block.header.proposer) === 0)?.name ?? base64(block.header.proposer).slice(0, 80),
      signatures: signatures.map(({ name, publicKey, signature }) => ({ name, publicKey: base64(publicKey), signature: base64(signature) })),
    };
  }

  deploy(peer: PeerName, data: string): Promise<DeployResult> {
    return this.inOrder(peer, async () => {
      const door = this.options.doors.get(peer);
      if (door.framework !== 'ethereum') throw new AppError('UNSUPPORTED', { what: 'deploy' }, { publicMessage: `Contract packages are deployed on Ethereum sub-chains only, not on ${door.framework}.` });
      if (!this.host(peer.cityNode).peerStatus(idOf(peer)).orders) {
        throw new AppError('UNSUPPORTED', { what: 'deploy' }, { publicMessage: 'Contract packages are deployed by the ordering peer of a sub-chain.' });
      }
      try {
        return await deployContract(peer, data, { register: this.options.register, door });
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        throw new AppError('INVALID_INPUT', { fields: { data: error.message } }, { publicMessage: `The sub-chain refuses the contract package: ${error.message}`, cause: error });
      }
    });
  }

  async status(peer: PeerName): Promise<PeerStatus> {
    const host = this.host(peer.cityNode);
    return translated(() => this.measure(peer, host));
  }

  async list(): Promise<PeerStatus[]> {
    const peers: PeerStatus[] = [];
    for (const [cityNode, host] of this.options.hosts) {
      // Also those that have just their key: one that was left behind must be seen to be removed.
      for (const chain of host.chains()) {
        // After a start each peer is read from the disk here: transactions must not wait for thousands of them.
        if (peers.length % listTurn === listTurn - 1) await setImmediate();
        try {
          peers.push(this.measure({ cityNode, chain }, host));
        } catch (error) {
          // Half-way through its removal: storage still names it.
          if (!isLedgerError(error, 'chain-unknown')) throw error;
        }
      }
    }
    return peers;
  }

  /** Every peer, without reading those that rest. */
  async glances(): Promise<PeerGlance[]> {
    const glances: PeerGlance[] = [];
    for (const [cityNode, host] of this.options.hosts) {
      for (const chain of host.chains()) {
        if (glances.length % glanceTurn === glanceTurn - 1) await setImmediate();
        const glance = this.glance({ cityNode, chain }, host);
        if (glance) glances.push(glance);
      }
    }
    return glances;
  }

  /** What may be other than it was; see the call of the control interface. */
  async changed(since: string | undefined): Promise<ChangedPeers> {
    const marks = marksOf(since, this.processId, this.options.hosts.size);
    const next: number[] = [];
    const inUse: PeerStatus[] = [];
    const atRest: PeerGlance[] = [];
    const changes = Array.from(this.options.hosts, ([cityNode, host], at) => ({ cityNode, host, ...host.changedSince(marks?.[at] ?? 0) }));
    const areAll = changes.some(({ chains }) => chains === undefined);
    for (const { cityNode, host, chains, mark } of changes) {
      next.push(mark);
      for (const chain of areAll ? host.chains() : (chains ?? [])) {
        if ((inUse.length + atRest.length) % listTurn === listTurn - 1) await setImmediate();
        const peer = { cityNode, chain };
        const glance = host.glance(chain);
        if (glance?.isInUse) inUse.push(this.measure(peer, host));
        else if (glance) atRest.push(this.glanceOf(peer, host, glance));
      }
    }
    return { token: [this.processId, ...next].join('.'), areAll, inUse, atRest };
  }

  host(cityNode: string): CityNodeHost & PeerMover {
    const host = this.options.hosts.get(cityNode);
    if (!host) throw new AppError('NOT_FOUND', { subject: 'city node' }, { publicMessage: `This host does not carry the city node ${cityNode}.` });
    return host;
  }

  private async openInOrder(peer: PeerName, input: OpenChain): Promise<OpenChainResult> {
    const { register, fabric } = this.options;
    const host = this.host(peer.cityNode);
    const head = await fabric.withName(peer.chain, input, () => translated(() => host.createChain(genesisOf(peer, input))));
    // Limits that were set since stay: this may be a repetition of the first call.
    if (register.findLimits(peer.chain) === undefined) await register.putLimits(peer.chain, input.limits);
    // Last: with it the peer's doors are open.
    const registered = { chain: peer.chain, cityNode: peer.cityNode, framework: input.framework, peers: input.peers };
    const known = register.findPeer(peer);
    if (JSON.stringify(known?.peers) !== JSON.stringify(input.peers)) await register.putPeer(registered);
    const status = host.peerStatus(idOf(peer));
    // The others may have blocks already; nobody waits for them here, and their next bell does as well.
    if (!status.orders && status.state === 'running') host.catchUp(idOf(peer)).catch((error: unknown) => this.options.onBackgroundError(error, 'a new peer has not caught up yet', peer));
    return { genesisHash: head.genesisHash, height: head.height };
  }

  private registered(peer: PeerName): RegisteredPeer {
    const registered = this.options.register.findPeer(peer);
    if (!registered) throw new AppError('NOT_FOUND', { subject: 'peer' }, { publicMessage: 'This city node has no open peer of this sub-chain.' });
    return registered;
  }

  private measure(peer: PeerName, host: CityNodeHost & PeerMover): PeerStatus {
    const status = host.peerStatus(idOf(peer));
    this.ringWhenBehind(peer, host, status.height);
    const problem = status.stopped === undefined ? lagOf(status) : problemOf(status.stopped);
    return {
      cityNode: peer.cityNode,
      chain: peer.chain,
      state: status.state,
      orders: status.orders,
      height: status.height,
      ...(status.headHash === undefined ? {} : { headHash: status.headHash }),
      resources: status.resources,
      home: host.homeStatus(idOf(peer)),
      ...(problem === undefined ? {} : { problem }),
      ...agreementStatus(status),
    };
  }

  private glance(peer: PeerName, host: CityNodeHost & PeerMover): PeerGlance | undefined {
    const glance = host.glance(idOf(peer));
    return glance && this.glanceOf(peer, host, glance);
  }

  private glanceOf(peer: PeerName, host: CityNodeHost & PeerMover, { state, height, resources, stopped }: NonNullable<ReturnType<LedgerHost['glance']>>): PeerGlance {
    this.ringWhenBehind(peer, host, height);
    return { cityNode: peer.cityNode, chain: peer.chain, state, height, resources, home: host.homeStatus(idOf(peer)), ...(stopped === undefined ? {} : { problem: problemOf(stopped) }) };
  }

  /** A crash between two peers' commits leaves one behind until its next bell: looking at it rings. */
  private ringWhenBehind(peer: PeerName, host: CityNodeHost, height: number): void {
    if (height < 0) return;
    for (const other of this.options.register.findPeer(peer)?.peers ?? []) {
      const source = other.orders && other.hostId === this.options.hostId && other.cityNode !== peer.cityNode ? this.options.hosts.get(other.cityNode) : undefined;
      if (!source?.has(idOf(peer))) continue;
      const ahead = source.glance(idOf(peer))?.height ?? -1;
      if (ahead > height) host.announced(idOf(peer), ahead as Height);
    }
  }

  private inOrder<T>(peer: PeerName, task: () => Promise<T>): Promise<T> {
    const name = nameOf(peer);
    const before = this.serial.get(name) ?? Promise.resolve();
    const result = before.then(task, task);
    this.serial.set(name, result);
    const clean = () => {
      if (this.serial.get(name) === result) this.serial.delete(name);
    };
    result.then(clean, clean);
    return result;
  }
}

/** Marks by city node out of a token that this process gave out; undefined for any other text. */
function marksOf(token: string | undefined, processId: string, count: number): number[] | undefined {
  const [process, ...marks] = token?.split('.') ?? [];
  return process === processId && marks.length === count ? marks.map(Number) : undefined;
}

export function idOf(peer: PeerName): ChainId {
  return peer.chain as ChainId;
}

function genesisOf(peer: PeerName, input: OpenChain): GenesisSpec {
  return {
    chain: idOf(peer),
    framework: input.framework,
    config: input.config,
    time: input.genesisTimeMs as TimeMs,
    finality: input.finality,
    peers: input.peers.map((other) => ({ name: other.cityNode, publicKey: new Uint8Array(Buffer.from(other.publicKey, 'base64')), orders: other.orders })),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
