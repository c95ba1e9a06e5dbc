import { bytesEqual } from '@/lib/platform/pure/bytes';
import { sha256 } from '../../../core/crypto';
import type { StateSnapshot } from '../../../core/storage';
import type { FabricLocalRequest } from '../../../frameworks/fabric/private-data/keep-locally';
import type { LocalRoles } from '../../../frameworks/fabric/private-data/local-writes';
import { MemoryPackages } from '../../../frameworks/fabric/lifecycle/testing/memory-packages';
import { VALIDATION_CODES } from '../../../frameworks/fabric/protocol';
import { privateWriteSetKey, type LatePlaintext, type PrivatePosition } from '../../../frameworks/fabric/state';
import type { ChainEntry, Tip } from '../chain-entry';
import type { Copy, Offer, SimulatedFramework } from '../copy';
import type { Packet } from '../network';
import type { Peer } from '../peer';
import type { World } from '../world';
import { ChannelCopy } from './channel-copy';
import { Clients } from './clients';
import type { SimulatedTransaction } from './envelopes';
import { endorse, installStore, portsOfPeer, transactionsAt } from './host-endorser';
import { auditPeer, judgeChannel, type PeerAtRest } from './judge-channel';
import { forgeEnvelopes, type ForgedEnvelope } from './forged-envelopes';
import { Model } from './model';
import { findPeople, type Organisation, type People } from './people';
import { organisationsOf, PrivateFetcher } from './private-fetcher';
import { createProgram, type FabricProgram } from './program';

const REAL = createProgram();
/** Of the chain as everybody must have it: no host. */
const REFERENCE = -1;
/** Tips that a liar may still build on. */
const PINS_MAX = 12;

/** A channel whose peers are simulated, with the clients of its organisations; or with a program that a test put in. */
export function createFabricChannel(programOf: (host: number) => FabricProgram = () => REAL): (world: World) => SimulatedFramework {
  return (world) => new FabricChannel(world, programOf);
}

class FabricChannel implements SimulatedFramework {
  readonly #world: World;
  readonly #programOf: (host: number) => FabricProgram;
  readonly #people: People;
  readonly #model = new Model();
  readonly #reference: ChannelCopy;
  readonly #pins = new Map<number, StateSnapshot>();
  readonly #envelopes = new Map<number, Uint8Array>();
  readonly #transactions = new Map<number, SimulatedTransaction>();
  readonly #forged: readonly number[];
  readonly #packages = new MemoryPackages();
  readonly #clients: Clients<Peer>;
  readonly #fetcher: PrivateFetcher;
  /** What an honest peer said of a transaction that is durable with it, by height and place. */
  readonly #told = new Map<string, { readonly peer: number; readonly code: number }>();
  #packageId: Promise<string> | undefined;
  #isBusy = false;
  #nonces = 0;

  constructor(world: World, programOf: (host: number) => FabricProgram) {
    this.#world = world;
    this.#programOf = programOf;
    this.#people = findPeople();
    this.#reference = this.#openCopy(REFERENCE, { organisations: [] }, []);
    const organisations = (host: number): readonly Organisation[] => organisationsOf(world.plan.seed, world.peers, host);
    this.#forged = forgeEnvelopes(this.#people, world.plan, organisations).map((one) => this.#register(one));
    this.#clients = new Clients({ ...world, seed: world.plan.seed }, {
      people: this.#people,
      model: this.#model,
      organisationsOf: organisations,
      endorse: (peer, signed, organisation) => endorse(portsOfPeer(this.#hostOf(peer)), signed, organisation),
      register: (one) => this.#register(one),
      packageId: () => (this.#packageId ??= installStore(this.#packages)),
    });
    this.#fetcher = new PrivateFetcher(world, this.#people, {
      copyOf,
      organisationsOf: organisations,
      promisedHash: (peer, position) => this.#promisedHash(peer, position),
      keyAt: ({ block, transaction }) => this.#secretKeyAt(block, transaction),
      reconcile: (peer, position, hash, plaintext) => this.#reconcile(peer, { position, hash, plaintext }),
    });
  }

  get sums(): Readonly<Record<string, number>> {
    const count = (code: number): number => this.#model.codes.get(code) ?? 0;
    return {
      transactions: this.#model.places.size,
      valid: count(VALIDATION_CODES.VALID),
      readConflicts: count(VALIDATION_CODES.MVCC_READ_CONFLICT),
      phantoms: count(VALIDATION_CODES.PHANTOM_READ_CONFLICT),
      policyFailures: count(VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE),
      duplicates: count(VALIDATION_CODES.DUPLICATE_TXID),
      definitions: this.#model.definition?.sequence ?? 0,
      unendorsed: this.#clients.unendorsed,
      privateGiven: this.#fetcher.given,
      privateLies: this.#fetcher.lies,
    };
  }

  open(peer: Peer): Copy {
    return this.#openCopy(peer.index, this.#rolesOf(peer.index), peer.kept.changes);
  }

  act(machines: readonly Peer[], offer: Offer): void {
    this.#isBusy = true;
    this.#clients.act(machines, offer).catch((error: unknown) => this.#world.checks.exception(0, error));
  }

  takeBusy(): boolean {
    const isBusy = this.#isBusy;
    this.#isBusy = false;
    return isBusy;
  }

  drawForLiars(): readonly number[] {
    const { random, checks } = this.#world;
    if (random.chance(0.4)) return [];
    const waiting = [...this.#transactions.keys()].slice(-8).filter((id) => !checks.included.has(id));
    const forged = this.#forged.filter((id) => !checks.included.has(id));
    const from = random.chance(0.5) ? waiting : forged;
    return from.length === 0 ? [] : [random.pick(from)];
  }

  foresee(tip: Tip, transactions: readonly number[]): number {
    const state = tip.height === 0 ? undefined : this.#pins.get(tip.height);
    if (state === undefined && tip.height !== this.#reference.height) return 0;
    const block = { height: tip.height + 1, timeMs: tip.timeMs, engineVersion: tip.rules.engineVersion, before: tip.state, transactions };
    return this.#reference.execute(block, false, state)?.state ?? 0;
  }

  durable(peer: Peer, entries: readonly ChainEntry[]): void {
    if (!peer.isHonest) return;
    const copy = copyOf(peer);
    for (const { height, block } of entries) {
      const own = copy.blockAt(height);
      const right = this.#reference.blockAt(height);
      if (own !== undefined && right !== undefined && own.roots !== right.roots) this.#world.checks.report('roots', `p${peer.index} comes to other roots of block ${height} than whoever executes the chain anew`);
      block.transactions.forEach((_, index) => this.#tell(peer, `${height}/${index}`, own?.header.codes[index] ?? -1));
    }
    this.#fetcher.look(peer, entries.length > 0);
  }

  receive(peer: Peer, from: number, packet: Packet): void {
    this.#fetcher.receive(peer, from, packet);
  }

  receiveAtLiar(peer: number, from: number, packet: Packet): void {
    this.#fetcher.lie(peer, from, packet);
  }

  final({ height, block, rules, state }: ChainEntry): void {
    const { checks, plan } = this.#world;
    if (plan.byzantine.length > 0) {
      this.#pins.set(this.#reference.height, this.#reference.pin());
      this.#pins.delete(height - PINS_MAX);
    }
    const executed = this.#reference.execute({ height, timeMs: block.timeMs, engineVersion: rules.engineVersion, before: checks.chain[height - 2]?.state ?? 1, transactions: block.transactions }, false);
    if (executed === undefined || executed.state !== state) return checks.report('roots', `block ${height} is final, and executed anew it comes to something else`);
    this.#reference.push(height, executed.changes());
    this.#reference.promote();
    const transactions = block.transactions.map((id) => this.#transactions.get(id));
    const known = transactions.filter((one) => one !== undefined);
    if (known.length < transactions.length) return checks.report('codes', `block ${height} carries what no client of the channel made`);
    const codes = [...(this.#reference.blockAt(height)?.header.codes ?? [])];
    const wanted = this.#model.commit(height, known);
    const wrong = wanted.findIndex((code, index) => code !== codes[index]);
    if (wrong >= 0) checks.report('codes', `transaction ${known[wrong]?.id} has the code ${codes[wrong]} in block ${height}, where ${wanted[wrong]} is right`);
    return undefined;
  }

  judge(peers: readonly Peer[]): void {
    const { checks, plan, random } = this.#world;
    const honest = peers.filter(({ isHonest }) => isHonest);
    const lost = new Set([...plan.lostDisks.map(({ peer }) => peer), ...plan.byzantine]);
    const transactions = [...this.#transactions.values()];
    const atRest = honest.map((peer): PeerAtRest => ({ index: peer.index, organisations: organisationsOf(plan.seed, this.#world.peers, peer.index), state: copyOf(peer).durable, transactionAt: transactionsAt(peer, (id) => this.#envelopes.get(id)) }));
    judgeChannel({ model: this.#model, transactions, peers: [...atRest, { index: REFERENCE, organisations: [], state: this.#reference.durable, transactionAt: (block, transaction) => atRest[0]?.transactionAt(block, transaction) }], keeps: (host) => !lost.has(host) }, (what, why) => checks.report(what, why));
    for (const [place, { peer, code }] of this.#told) {
      const [block, index] = place.split('/').map(Number);
      const right = this.#reference.blockAt(block ?? 0)?.header.codes[index ?? 0];
      if (right !== code) checks.report('acknowledged', `p${peer} said that the transaction at ${place} has the code ${code}, and it has ${right ?? 'none'}`);
    }
    const audited = random.pick(atRest);
    const blocks = checks.chain.map(({ block, height }) => {
      const header = this.#reference.blockAt(height)?.header;
      if (header === undefined) throw new Error('the reference has every block');
      return { header, envelopes: block.transactions.map((id) => this.#envelopes.get(id) ?? new Uint8Array(0)) };
    });
    const [finding] = auditPeer(audited.state, blocks);
    if (finding !== undefined) checks.report('roots', `p${audited.index} gives out blocks of which ${finding}`);
  }

  #tell(peer: Peer, place: string, code: number): void {
    const known = this.#told.get(place);
    if (known === undefined) this.#told.set(place, { peer: peer.index, code });
    else if (known.code !== code) this.#world.checks.report('acknowledged', `p${peer.index} says ${code} of the transaction at ${place}, where p${known.peer} said ${known.code}`);
  }

  #register(one: Omit<SimulatedTransaction, 'id'> | ForgedEnvelope): number {
    const id = this.#envelopes.size + 1;
    this.#envelopes.set(id, one.envelope);
    if ('rwset' in one) this.#transactions.set(id, { ...one, id });
    return id;
  }

  #rolesOf(host: number): LocalRoles {
    const { orderer } = this.#people;
    const nonce = (): Uint8Array => {
      this.#nonces += 1;
      return Buffer.alloc(24, `${this.#nonces}`);
    };
    return { organisations: organisationsOf(this.#world.plan.seed, this.#world.peers, host), orderer: { serialized: orderer.serialized, sign: (bytes) => orderer.sign(bytes), nonce } };
  }

  #openCopy(host: number, roles: LocalRoles, kept: Peer['kept']['changes']): ChannelCopy {
    return new ChannelCopy({ people: this.#people, program: this.#programOf(host), roles, kept, envelopeOf: (id) => this.#envelopes.get(id), onException: (error) => this.#world.checks.exception(0, error) });
  }

  #hostOf(peer: Peer) {
    const copy = copyOf(peer);
    return {
      peer,
      copy,
      people: this.#people,
      packages: this.#packages,
      envelopeOf: (id: number) => this.#envelopes.get(id),
      organisations: organisationsOf(this.#world.plan.seed, this.#world.peers, peer.index),
      keepAside: (txId: string, plaintext: Uint8Array) => this.#keep(peer, copy, { kind: 'put-aside', txId, plaintext }),
    };
  }

  /** Resolves when it is durable; never when the life of that copy ends before. */
  #keep(peer: Peer, copy: ChannelCopy, request: FabricLocalRequest): Promise<void> {
    return new Promise((resolve) => {
      if (!peer.isUp || peer.copy !== copy) return;
      // Also when there is nothing to write: it may be there for another's sake, and not be durable yet.
      const writes = this.#programOf(peer.index).keep(this.#people.channel, request, copy.latest);
      copy.keep(writes);
      peer.keep(writes, () => {
        this.#isBusy = true;
        resolve();
      });
    });
  }

  #reconcile(peer: Peer, late: LatePlaintext): void {
    const copy = copyOf(peer);
    void this.#keep(peer, copy, { kind: 'reconcile', late });
    const { block, transaction, namespace, collection } = late.position;
    const kept = copy.latest.get(privateWriteSetKey(block, transaction, namespace, collection));
    if (kept !== undefined && !bytesEqual(sha256(kept), late.hash)) this.#world.checks.report('private data', `p${peer.index} keeps private data of block ${block} that are not what the block promised`);
  }

  #secretKeyAt(block: number, transaction: number): string {
    const intent = this.#transactions.get(this.#world.checks.chain[block - 1]?.block.transactions[transaction] ?? 0)?.intent;
    return intent?.kind === 'wish' && 'key' in intent.wish ? intent.wish.key : 'invented';
  }

  #promisedHash(peer: Peer, { block, transaction, namespace, collection }: PrivatePosition): Uint8Array | undefined {
    const id = peer.kept.blocks[block - 1]?.block.transactions[transaction];
    const rwset = id === undefined ? undefined : this.#transactions.get(id)?.rwset;
    return rwset?.namespaces.find((one) => one.namespace === namespace)?.collections.find((one) => one.collection === collection)?.privateRwsetHash;
  }
}

function copyOf({ copy }: Peer): ChannelCopy {
  if (!(copy instanceof ChannelCopy)) throw new Error('every peer of the channel has a copy of it');
  return copy;
}
