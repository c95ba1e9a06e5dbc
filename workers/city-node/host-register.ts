import { z } from 'zod';
import { accessKeyRecordSchema, chainLimitsSchema, channelAddressSchema, openChainSchema, peerNameSchema, type AccessKeyRecord, type ChainLimits, type PeerName } from '@/lib/control';
import { RecordJournal } from '@/lib/gateway';
import { decryptSecret, encryptSecret } from '@/lib/platform/pure/encryption';
import { assert } from '@/lib/platform/pure/assert';
import { Multimap } from '@/lib/platform/pure/multimap';

const sealedSchema = z.base64();

/** Records of releases before the peer channel lack its address: they know peers of this host alone. */
const peerAddressSchema = openChainSchema.shape.peers.element.extend({ channelAddress: channelAddressSchema.or(z.literal('')).default('') });

/** A peer whose ledger is open, and how to reach the others of its sub-chain. */
const peerRecordSchema = peerNameSchema.extend({
  framework: z.string(),
  peers: z.array(peerAddressSchema).min(1).max(16),
});

const deployResultRecordSchema = z.object({
  transactionHash: z.string(),
  contractAddress: z.string(),
  height: z.number().int(),
  succeeded: z.boolean(),
  reason: z.string().optional(),
});

/** One deployment of an ordering peer: the key it is signed with, and what came of it. */
const deploymentRecordSchema = peerNameSchema.extend({
  dataHash: z.string(),
  /** Gone with the result: the key signs one transaction. */
  privateKey: sealedSchema.optional(),
  result: deployResultRecordSchema.optional(),
});

export const registerRecordSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('peer'), peer: peerRecordSchema }),
  z.object({ kind: z.literal('limits'), chain: z.string(), limits: chainLimitsSchema }),
  /** `atMs`: when this host heard of it; records of earlier releases lack it. */
  z.object({ kind: z.literal('key'), key: accessKeyRecordSchema, atMs: z.number().int().min(0).default(0) }),
  z.object({ kind: z.literal('deployment'), deployment: deploymentRecordSchema }),
  /** Where the peer lives; without one: in the host's process. The moment of truth when a peer moves. */
  z.object({ kind: z.literal('home'), peer: peerNameSchema, home: z.enum(['shared', 'own']) }),
  z.object({ kind: z.literal('remove'), peer: peerNameSchema }),
]);
type RegisterRecord = z.infer<typeof registerRecordSchema>;

/**
 * Names the schema of records: `host-register.test.ts` reckons it, so that another schema has another version. The number
 * before the point is raised by hand with a rule that JSON Schema does not show (a refinement).
 */
export const registerVersion = '1.a2c76b92';
/**
 * A record as the journal gives it back. One that this very schema has seen before it was written, and whose checksum is
 * right, need not be looked at again: of a hundred thousand sub-chains there are three hundred thousand.
 */
function checkedRecord(record: unknown): RegisterRecord {
  if (typeof record === 'object' && record !== null && 'version' in record && record.version === registerVersion) return record as unknown as RegisterRecord;
  return registerRecordSchema.parse(record);
}

export interface RegisteredPeer extends PeerName {
  readonly framework: string;
  /** All peers of the sub-chain, the ordering one first. */
  readonly peers: z.infer<typeof peerRecordSchema>['peers'];
}

export interface Deployment extends PeerName {
  /** SHA-256 of the deployed data, hexadecimal digits. */
  readonly dataHash: string;
  /** 32 bytes; absent once there is a result. */
  readonly privateKey?: Uint8Array | undefined;
  readonly result?: z.infer<typeof deployResultRecordSchema> | undefined;
}

interface HeldKey {
  readonly key: AccessKeyRecord;
  readonly atMs: number;
}

/**
 * How long a revoked or expired access key is remembered: its holder reads why it is refused, and no older record that
 * was on its way meanwhile (signed requests live for minutes) opens the door again.
 */
export const spentKeyMs = 24 * 60 * 60 * 1_000;

/** Rewritten when it has grown to twice what is alive in it. */
const compactBytesMin = 1024 * 1024;
const SHARED_MAX = 10_000;
const NO_ORIGINS: string[] = [];

/**
 * What a host must know besides its ledgers, durable: peers and where the others of their sub-chains are, limits,
 * access keys (their HMACs), the deployers' keys until their one transaction is done. Held in memory, kept as an append-only journal; secrets in it are encrypted under the node key.
 */
export class HostRegister {
  private readonly peers = new Map<string, RegisteredPeer>();
  private readonly peersByChain = new Multimap<RegisteredPeer>();
  private readonly limitsOf = new Map<string, ChainLimits>();
  private readonly keys = new Map<string, HeldKey>();
  private readonly deployments = new Map<string, Deployment>();
  /** Peers with a process of their own. */
  private readonly dedicated = new Map<string, PeerName>();
  private readonly texts = new Map<string, string>();
  private readonly limitsByText = new Map<string, ChainLimits>();
  private journal!: RecordJournal;
  private compactedBytes = 0;
  private compacting = false;
  /** The journal holds a deployer's key that has done its work. */
  private holdsSpentDeployer = false;

  private constructor(private readonly nodeKey: Uint8Array) {}

  static async open(file: string, nodeKey: Uint8Array): Promise<HostRegister> {
    const register = new HostRegister(nodeKey);
    register.journal = await RecordJournal.open(file, (record) => register.apply(checkedRecord(record)));
    register.compactedBytes = register.journal.sizeBytes;
    register.compactWhenDue();
    return register;
  }

  listPeers(): RegisteredPeer[] {
    return [...this.peers.values()];
  }

  findPeer(peer: PeerName): RegisteredPeer | undefined {
    return this.peers.get(nameOf(peer));
  }

  /** Any peer of the sub-chain on this host: they have the same neighbours. */
  findPeerOfChain(chain: string): RegisteredPeer | undefined {
    return this.peersByChain.first(chain);
  }

  hasChain(chain: string): boolean {
    return this.peersByChain.has(chain);
  }

  listLimits(): ReadonlyMap<string, ChainLimits> {
    return this.limitsOf;
  }

  findLimits(chain: string): ChainLimits | undefined {
    return this.limitsOf.get(chain);
  }

  listAccessKeys(): AccessKeyRecord[] {
    return Array.from(this.keys.values(), ({ key }) => key);
  }

  hasOwnProcess(peer: PeerName): boolean {
    return this.dedicated.has(nameOf(peer));
  }

  findDeployment(peer: PeerName): Deployment | undefined {
    return this.deployments.get(nameOf(peer));
  }

  putPeer(peer: RegisteredPeer): Promise<void> {
    return this.write({ kind: 'peer', peer });
  }

  putHome({ chain, cityNode }: PeerName, home: 'shared' | 'own'): Promise<void> {
    return this.write({ kind: 'home', peer: { chain, cityNode }, home });
  }

  putLimits(chain: string, limits: ChainLimits): Promise<void> {
    return this.write({ kind: 'limits', chain, limits });
  }

  putAccessKey(key: AccessKeyRecord, nowMs: number): Promise<void> {
    return this.write({ kind: 'key', key, atMs: nowMs });
  }

  /**
   * Forgets keys that were revoked or expired {@link spentKeyMs} ago and answers their ids. Nothing is written: after a
   * restart they are found again by the same rule, until the journal is rewritten without them.
   */
  forgetSpentKeys(nowMs: number): string[] {
    const spent = [...this.keys.values()].filter(({ key, atMs }) => Math.min(key.revoked ? atMs : Infinity, key.expiresAtMs ?? Infinity) + spentKeyMs <= nowMs);
    for (const { key } of spent) this.keys.delete(key.id);
    return spent.map(({ key }) => key.id);
  }

  /** With its result a deployment's key is no longer kept, and the journal is rewritten without it. */
  putDeployment(deployment: Deployment): Promise<void> {
    return this.write(this.deploymentRecord(deployment));
  }

  /** With the last peer of a sub-chain go its limits and access keys. */
  removePeer(peer: PeerName): Promise<void> {
    return this.write({ kind: 'remove', peer: { chain: peer.chain, cityNode: peer.cityNode } });
  }

  close(): Promise<void> {
    return this.journal.close();
  }

  private async write(record: RegisterRecord): Promise<void> {
    // In memory only once it is durable: a door must not act on what a restart would forget.
    const checked = registerRecordSchema.parse(record);
    await this.journal.append([withVersion(checked)]);
    this.apply(checked);
    this.compactWhenDue();
  }

  private compactWhenDue(): void {
    const hasGrown = this.journal.sizeBytes >= Math.max(compactBytesMin, 2 * this.compactedBytes);
    if (this.compacting || !(hasGrown || this.holdsSpentDeployer)) return;
    this.compacting = true;
    this.holdsSpentDeployer = false;
    const done = this.journal.rewrite(() => this.records());
    done.then(
      () => {
        this.compactedBytes = this.journal.sizeBytes;
        this.compacting = false;
        this.compactWhenDue();
      },
      () => {
        // The journal takes nothing more: the next write says so.
        this.compacting = false;
      },
    );
  }

  private *records(): Generator<RegisterRecord & { readonly version: string }> {
    for (const peer of this.peers.values()) yield withVersion({ kind: 'peer', peer });
    for (const [chain, limits] of this.limitsOf) yield withVersion({ kind: 'limits', chain, limits });
    for (const { key, atMs } of this.keys.values()) yield withVersion({ kind: 'key', key, atMs });
    for (const peer of this.dedicated.values()) yield withVersion({ kind: 'home', peer, home: 'own' });
    for (const deployment of this.deployments.values()) yield withVersion(this.deploymentRecord(deployment));
  }

  private deploymentRecord({ privateKey, ...facts }: Deployment): RegisterRecord {
    if (privateKey === undefined || facts.result) return { kind: 'deployment', deployment: facts };
    return { kind: 'deployment', deployment: { ...facts, privateKey: this.seal(privateKey, deployerContext(facts)) } };
  }

  private apply(record: RegisterRecord): void {
    switch (record.kind) {
      case 'peer':
        return this.applyPeer(record.peer);
      case 'limits':
        this.limitsOf.set(this.peersByChain.first(record.chain)?.chain ?? record.chain, this.sharedLimits(record.limits));
        return;
      case 'key':
        // Two records of a key may be written in the wrong order: a restart must not bring back what was revoked.
        if ((this.keys.get(record.key.id)?.key.version ?? 0) <= record.key.version) this.keys.set(record.key.id, { key: this.sharedKey(record.key), atMs: record.atMs });
        return;
      case 'deployment':
        return this.applyDeployment(record.deployment);
      case 'home':
        if (record.home === 'own') this.dedicated.set(nameOf(record.peer), record.peer);
        else this.dedicated.delete(nameOf(record.peer));
        return;
      case 'remove':
        return this.applyRemove(record.peer);
    }
  }

  private applyPeer(record: RegisteredPeer): void {
    const peer = this.shared(record);
    this.detach(peer);
    this.peers.set(nameOf(peer), peer);
    this.peersByChain.add(peer.chain, peer);
  }

  private applyDeployment({ privateKey, ...facts }: z.infer<typeof deploymentRecordSchema>): void {
    const before = this.deployments.get(nameOf(facts));
    // Before the result came, its key was written down; releases before this one wrote it beside the result too.
    if (facts.result && (before?.privateKey !== undefined || privateKey !== undefined)) this.holdsSpentDeployer = true;
    const isOpen = privateKey !== undefined && !facts.result;
    this.deployments.set(nameOf(facts), isOpen ? { ...facts, privateKey: this.unseal(privateKey, deployerContext(facts)) } : facts);
  }

  private applyRemove(peer: PeerName): void {
    this.detach(peer);
    this.deployments.delete(nameOf(peer));
    this.dedicated.delete(nameOf(peer));
    if (this.peersByChain.has(peer.chain)) return;
    this.limitsOf.delete(peer.chain);
    for (const { key } of this.keys.values()) if (key.chain === peer.chain) this.keys.delete(key.id);
  }

  /** The same texts stand in every sub-chain's records: there are a hundred thousand of them, and one of each text is enough. */
  private shared(peer: RegisteredPeer): RegisteredPeer {
    const peers = peer.peers.map((other) => ({ ...other, cityNode: this.sharedText(other.cityNode), hostId: this.sharedText(other.hostId), channelAddress: this.sharedText(other.channelAddress) }));
    return { chain: peer.chain, cityNode: this.sharedText(peer.cityNode), framework: this.sharedText(peer.framework), peers };
  }

  private sharedKey(key: AccessKeyRecord): AccessKeyRecord {
    const chain = this.peersByChain.first(key.chain)?.chain ?? key.chain;
    return { ...key, chain, origins: key.origins.length === 0 ? NO_ORIGINS : key.origins };
  }

  /** Limits follow from plans, of which there are few. */
  private sharedLimits(limits: ChainLimits): ChainLimits {
    const text = LIMIT_NAMES.map((name) => limits[name]).join(' ');
    const known = this.limitsByText.get(text);
    if (known !== undefined) return known;
    if (this.limitsByText.size >= SHARED_MAX) this.limitsByText.clear();
    this.limitsByText.set(text, limits);
    return limits;
  }

  private sharedText(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    if (this.texts.size >= SHARED_MAX) this.texts.clear();
    this.texts.set(text, text);
    return text;
  }

  private detach(peer: PeerName): void {
    const before = this.peers.get(nameOf(peer));
    if (!before) return;
    this.peers.delete(nameOf(peer));
    assert(this.peersByChain.delete(peer.chain, before), 'a registered peer is listed with its sub-chain');
  }

  private seal(secret: Uint8Array, context: string): string {
    return Buffer.from(encryptSecret(this.nodeKey, secret, context)).toString('base64');
  }

  private unseal(sealed: string, context: string): Uint8Array {
    return decryptSecret(this.nodeKey, new Uint8Array(Buffer.from(sealed, 'base64')), context);
  }
}

const LIMIT_NAMES = chainLimitsSchema.keyof().options;

function withVersion(record: RegisterRecord): RegisterRecord & { readonly version: string } {
  return { ...record, version: registerVersion };
}

export function nameOf(peer: PeerName): string {
  return `${peer.cityNode}/${peer.chain}`;
}

function deployerContext(peer: PeerName): string {
  return `deployer:${nameOf(peer)}`;
}
