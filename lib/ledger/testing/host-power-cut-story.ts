import { sha256Hex } from '../core/crypto';
import type { FinalAnswer, Finality, GenesisSpec, LedgerHost } from '../core/host-types';
import { chainId, height, timeMs, type ChainId, type Hash } from '../core/types';
import { TEST_EPOCH_MS } from './manual-ports';
import { readCounter } from './test-nodes';

/** Counters that the load of a sub-chain adds to: `c0` … */
export const COUNTERS = 4;

/** A city node as a story knows it. */
export interface StoryNode {
  readonly name: string;
  /** Grows with each restart: what an earlier process says counts no more. */
  life: number;
  host: LedgerHost | undefined;
}

/** One sub-chain in a run of power cuts: what was asked for, and what was acknowledged and by whom. */
export class ChainStory {
  readonly chain: ChainId;
  /** Public key that a node named, by the node's name. */
  readonly keys = new Map<string, string>();
  /** Genesis hash of the ledgers that were opened durably, by the node's name. */
  readonly ledgers = new Map<string, Hash>();
  readonly answers: { readonly answer: FinalAnswer; readonly id: string }[] = [];
  #spec: GenesisSpec | undefined;
  #opening: Promise<void> | undefined;
  #nodes = 0;

  constructor(
    number: number,
    readonly finality: Finality,
  ) {
    this.chain = chainId(`tide-${number}`);
  }

  get isOpen(): boolean {
    return this.#nodes > 0 && this.ledgers.size === this.#nodes;
  }

  /** The steps that open a sub-chain: a key on every node, then its genesis. Idempotent; rejects when a node has no power. */
  open(nodes: readonly StoryNode[]): Promise<void> {
    const opening = (this.#opening ??= this.#open(nodes));
    const clean = (): void => {
      if (this.#opening === opening) this.#opening = undefined;
    };
    opening.then(clean, clean);
    return opening;
  }

  async #open(nodes: readonly StoryNode[]): Promise<void> {
    this.#nodes = nodes.length;
    for (const node of nodes) {
      const { life } = node;
      const { publicKey } = await hostOf(node).createPeer(this.chain);
      if (node.life === life) this.#noteKey(node, publicKey);
    }
    const peers = nodes.map((node, at) => ({ name: node.name, publicKey: Buffer.from(this.keys.get(node.name) ?? '', 'hex'), orders: at === 0 || this.finality !== 'solo' }));
    this.#spec ??= peers.every(({ publicKey }) => publicKey.length > 0) ? { chain: this.chain, framework: 'counter', config: {}, time: timeMs(TEST_EPOCH_MS), finality: this.finality, peers } : undefined;
    if (this.#spec === undefined) return;
    for (const node of nodes) {
      const { life } = node;
      const { genesisHash } = await hostOf(node).createChain(this.#spec);
      if (node.life === life) this.ledgers.set(node.name, genesisHash);
    }
  }

  /** Hands in a transaction; notes its answer. */
  submit(host: LedgerHost, bytes: Uint8Array): void {
    host.submit(this.chain, bytes).then(
      (answer) => {
        if (answer.state === 'final') this.answers.push({ answer, id: sha256Hex(bytes) });
      },
      // Refused, or the power went: then nobody was told anything.
      () => undefined,
    );
  }

  /** Throws unless the reopened node still has the key and the genesis block that it said it had. */
  async checkAfterCut(node: StoryNode): Promise<void> {
    // What was under way ended with the power of one of its nodes; the next call begins the steps again.
    this.#opening = undefined;
    const host = hostOf(node);
    const ledger = this.ledgers.get(node.name);
    if (ledger !== undefined && (!host.has(this.chain) || host.head(this.chain).genesisHash !== ledger)) throw new Error(`${this.chain}: the acknowledged genesis block is gone at ${node.name}`);
    if (this.keys.has(node.name)) this.#noteKey(node, (await host.createPeer(this.chain)).publicKey);
  }

  #noteKey({ name }: StoryNode, publicKey: Uint8Array): void {
    const key = Buffer.from(publicKey).toString('hex');
    const known = this.keys.get(name);
    if (known !== undefined && known !== key) throw new Error(`${this.chain}: the acknowledged key of ${name} was replaced by another`);
    this.keys.set(name, key);
  }

  /** Whether all peers have the same head. */
  isLevel(nodes: readonly StoryNode[]): boolean {
    const heads = nodes.map((node) => hostOf(node).head(this.chain).hash);
    return new Set(heads).size === 1;
  }

  /** Throws unless every answer stands in the chain where it said, once, and all peers read the same. */
  async judge(nodes: readonly StoryNode[]): Promise<void> {
    const { chain } = this;
    const hosts = nodes.map(hostOf);
    for (const host of hosts) {
      const status = host.peerStatus(chain);
      if (status.state !== 'running') throw new Error(`a peer of ${chain} is ${status.state}: ${status.stopped?.reason ?? ''}`);
      if (status.agreement?.evidence.length !== 0) throw new Error(`a validator of ${chain} signed two things for one place`);
      await host.catchUp(chain);
    }
    const orderer = required(hosts[0]);
    const head = orderer.head(chain);
    if (hosts.some((host) => host.head(chain).hash !== head.hash)) throw new Error(`the peers of ${chain} have different heads`);
    const places = new Map<string, string>();
    for (let at = 1; at <= head.height; at += 1) {
      orderer.blockAt(chain, height(at))?.transactions.forEach((bytes, index) => {
        const id = sha256Hex(bytes);
        if (places.has(id)) throw new Error(`transaction ${id} stands in ${chain} twice`);
        places.set(id, `${at}/${index}`);
      });
    }
    for (const { answer, id } of this.answers) {
      if (places.get(id) !== `${answer.height}/${answer.index}`) throw new Error(`${chain}: answered at ${answer.height}/${answer.index}, found at ${places.get(id) ?? 'no place'}`);
      if (orderer.blockAt(chain, answer.height)?.hash !== answer.blockHash) throw new Error(`${chain}: block ${answer.height} is another than the one answered`);
    }
    let sum = 0;
    for (let counter = 0; counter < COUNTERS; counter += 1) {
      const values = await Promise.all(hosts.map((host) => readCounter(host, `c${counter}`, chain)));
      if (new Set(values.map((value) => JSON.stringify(value))).size !== 1) throw new Error(`the peers of ${chain} read ${JSON.stringify(values)}`);
      sum += (values[0] as { value: number }).value;
    }
    if (sum !== places.size) throw new Error(`${places.size} transactions in ${chain}, but the counters say ${sum}`);
  }
}

function hostOf({ host }: StoryNode): LedgerHost {
  return required(host);
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the test lost a node');
  return value;
}
