import { bytesEqual } from '@/lib/platform/pure/bytes';
import { sha256, sha256Hex } from '../core/crypto';
import type { FinalAnswer, Finality, LedgerHost } from '../core/host-types';
import { chainId, height, timeMs, type Hash } from '../core/types';
import { FABRIC } from '../frameworks/fabric/framework';
import { decodeFrameworkHeader } from '../frameworks/fabric/framework-header';
import { portsOfHost, type EndorserPorts } from '../frameworks/fabric/endorser';
import { MemoryPackages } from '../frameworks/fabric/lifecycle/testing/memory-packages';
import { decodeMemberAnswer, encodeMemberRequest } from '../frameworks/fabric/private-data/member-request';
import { aside } from '../frameworks/fabric/private-data/plaintext-store';
import { VALIDATION_CODES } from '../frameworks/fabric/protocol';
import { queryChannel, withChannelView } from '../frameworks/fabric/read/query-channel';
import { auditBlocks } from '../frameworks/fabric/testing/audit-blocks';
import type { StoryNode } from './host-power-cut-story';
import { TEST_EPOCH_MS } from './manual-ports';
import type { SimulatedTransaction } from './simulator/fabric/envelopes';
import { NOW_MS, storePorts } from './simulator/fabric/host-endorser';
import { judgeChannel, type PeerAtRest } from './simulator/fabric/judge-channel';
import { Model } from './simulator/fabric/model';
import { findPeople, ORGANISATIONS, type Organisation } from './simulator/fabric/people';

/** A city node with its place, for which organisations it has peers. */
export interface ChannelNode extends StoryNode {
  readonly at: number;
}

/** Plaintext that a node said it keeps, before its endorsement was answered. */
interface Aside {
  readonly at: number;
  readonly txId: string;
  readonly plaintext: Uint8Array;
}

const CHANNEL_CHAIN = chainId('reef-1');
const FETCH_ROUNDS = 6;
const never = new AbortController().signal;

/** Each organisation has peers on two of three nodes. */
export function organisationsAt(at: number): readonly Organisation[] {
  return ORGANISATIONS.filter((_, index) => index === at % ORGANISATIONS.length || index === (at + 1) % ORGANISATIONS.length);
}

/** One Fabric channel in a run of power cuts: what its clients did, what was acknowledged, and what must have come of it. */
export class ChannelStory {
  readonly chain = CHANNEL_CHAIN;
  readonly people = findPeople();
  readonly packages = new MemoryPackages();
  readonly model = new Model();
  readonly answers: { readonly answer: FinalAnswer; readonly id: number }[] = [];
  readonly asides: Aside[] = [];
  readonly #transactions = new Map<number, SimulatedTransaction>();
  readonly #ids = new Map<Hash, number>();
  /** Hashes of the blocks that somebody had durably. */
  readonly #blocks: Hash[] = [];

  register(one: Omit<SimulatedTransaction, 'id'>): number {
    const id = this.#transactions.size + 1;
    this.#transactions.set(id, { ...one, id });
    this.#ids.set(sha256Hex(one.envelope), id);
    return id;
  }

  /** Keys and genesis on all nodes, while nothing is cut. */
  async open(nodes: readonly ChannelNode[], finality: Finality): Promise<void> {
    const identities = await Promise.all(nodes.map((node) => hostOf(node).createPeer(this.chain)));
    const peers = identities.map(({ publicKey }, at) => ({ name: `C${at}`, publicKey, orders: at === 0 || finality !== 'solo' }));
    const spec = { chain: this.chain, framework: FABRIC, config: this.people.config, time: timeMs(TEST_EPOCH_MS), finality, peers };
    await Promise.all(nodes.map((node) => hostOf(node).createChain(spec)));
  }

  /** What the node's peers endorse with, as long as this process of it lives. What is kept aside is noted when it is said to be. */
  portsOf(node: ChannelNode): EndorserPorts {
    const ofHost = portsOfHost({ host: hostOf(node), channels: { find: () => this.chain, list: () => [this.people.channel.id] }, signal: never });
    const { life } = node;
    return {
      ...storePorts({ people: this.people, packages: this.packages, organisations: organisationsAt(node.at), host: node.at }),
      ...ofHost,
      keepPlaintext: async (plaintext) => {
        await ofHost.keepPlaintext(plaintext);
        if (node.life === life) this.asides.push({ at: node.at, txId: plaintext.txId, plaintext: plaintext.privateRwset });
      },
    };
  }

  /** Hands in a transaction; notes its answer. */
  submit(node: ChannelNode, id: number): void {
    const { envelope } = this.#of(id);
    const { life } = node;
    hostOf(node).submit(this.chain, envelope).then(
      (answer) => {
        if (answer.state === 'final' && node.life === life) this.answers.push({ answer, id });
      },
      // Refused, or the power went: then nobody was told anything.
      () => undefined,
    );
  }

  /** Takes in the blocks that a node has durably; throws when one is another than somebody had, or has other codes than it must. */
  follow(node: ChannelNode): void {
    const host = hostOf(node);
    if (!host.has(this.chain)) throw new Error(`${node.name} lost the channel`);
    const head = host.head(this.chain).height;
    for (let at = 1; at <= head; at += 1) {
      const known = this.#blocks[at - 1];
      // Only the last ones may be other than they were; looking at all of them each time would take long.
      if (known !== undefined && at < this.#blocks.length) continue;
      const block = host.blockAt(this.chain, height(at));
      if (block === undefined) throw new Error(`${node.name} has ${head} blocks and not block ${at}`);
      if (known !== undefined && known !== block.hash) throw new Error(`block ${at} is another one at ${node.name} than the one that was durable`);
      if (known !== undefined) continue;
      this.#blocks.push(block.hash);
      const transactions = block.transactions.map((bytes) => this.#of(this.#ids.get(sha256Hex(bytes)) ?? 0));
      const codes = [...decodeFrameworkHeader(block.frameworkHeader).codes];
      const wanted = this.model.commit(at, transactions);
      if (wanted.join() !== codes.join()) throw new Error(`block ${at} has the codes ${codes.join()}, where ${wanted.join()} are right`);
    }
  }

  /** Throws unless a reopened node has its blocks with everything that belongs to them, and what it said it keeps aside. */
  async checkAfterCut(node: ChannelNode): Promise<void> {
    this.follow(node);
    const host = hostOf(node);
    const wrong = await withChannelView(host, this.chain, never, async ({ state, head }) => {
      for (const { at, txId, plaintext } of this.asides) {
        if (at !== node.at || aside.list(txId, state).some((one) => bytesEqual(one, plaintext))) continue;
        const place = [...this.#transactions.values()].filter((one) => one.txId === txId).map(({ id }) => this.model.places.get(id)).find((one) => one !== undefined);
        if (place === undefined || place.block > head.number) return `the private data of transaction ${txId.slice(0, 8)} were aside and are gone`;
      }
      return undefined;
    });
    if (wrong !== undefined) throw new Error(`${node.name}: ${wrong}`);
  }

  isLevel(nodes: readonly ChannelNode[]): boolean {
    return new Set(nodes.map((node) => hostOf(node).head(this.chain).hash)).size === 1;
  }

  /** Throws unless all nodes are alike and right, and every answer stands where it said, once. */
  async judge(nodes: readonly ChannelNode[]): Promise<void> {
    for (const node of nodes) {
      const { state, stopped } = hostOf(node).peerStatus(this.chain);
      if (state !== 'running') throw new Error(`the peer at ${node.name} is ${state}: ${stopped?.reason ?? ''}`);
      await hostOf(node).catchUp(this.chain);
      this.follow(node);
    }
    if (!this.isLevel(nodes)) throw new Error('the peers have different heads');
    for (const { answer, id } of this.answers) {
      const place = this.model.places.get(id);
      if (place?.block !== answer.height || place.index !== answer.index) throw new Error(`transaction ${id} was answered at ${answer.height}/${answer.index} and stands at ${place === undefined ? 'no place' : `${place.block}/${place.index}`}`);
      if (answer.succeeded !== (place.code === VALIDATION_CODES.VALID)) throw new Error(`transaction ${id} was answered as ${answer.succeeded ? 'valid' : 'invalid'} and has the code ${place.code}`);
    }
    for (let round = 0; round < FETCH_ROUNDS; round += 1) for (const node of nodes) await this.#fetchPrivate(node, nodes);
    await this.#judgeStates(nodes, []);
    for (const node of nodes) {
      const blocks: Uint8Array[] = [];
      for (let number = 0; number <= this.#blocks.length; number += 1) blocks.push((await queryChannel(hostOf(node), this.chain, { kind: 'block', number }, never)) ?? new Uint8Array(0));
      const [finding] = auditBlocks(blocks).findings;
      if (finding !== undefined) throw new Error(`${node.name}: ${finding}`);
    }
  }

  /** All views are held at once: what is compared is of one moment. */
  async #judgeStates(nodes: readonly ChannelNode[], peers: readonly PeerAtRest[]): Promise<void> {
    const [node, ...others] = nodes;
    if (node !== undefined) {
      await withChannelView(hostOf(node), this.chain, never, ({ state, transactionAt }) => this.#judgeStates(others, [...peers, { index: node.at, organisations: organisationsAt(node.at), state, transactionAt }]));
      return;
    }
    let wrong: string | undefined;
    judgeChannel({ model: this.model, transactions: [...this.#transactions.values()], peers, keeps: () => true }, (what, why) => (wrong ??= `${what}: ${why}`));
    if (wrong !== undefined) throw new Error(wrong);
  }

  /** Asks the other nodes for what this one lacks, as hosts do. */
  async #fetchPrivate(node: ChannelNode, nodes: readonly ChannelNode[]): Promise<void> {
    const { chain, people } = this;
    const ask = <Q extends Parameters<typeof queryChannel>[2]>(at: ChannelNode, query: Q) => queryChannel(hostOf(at), chain, query, never);
    for (const organisation of organisationsAt(node.at)) {
      const positions = await ask(node, { kind: 'missing-private-data', limit: 32 });
      if (positions.length === 0) return;
      const signed = encodeMemberRequest({ chain, hostId: node.name, positions }, people.peer(organisation, node.at));
      for (const other of nodes) {
        if (other === node) continue;
        const answer = decodeMemberAnswer(await ask(other, { kind: 'member-private-data', signed, hostId: node.name, nowMs: NOW_MS }), positions.length);
        for (const [index, position] of positions.entries()) {
          const plaintext = answer[index];
          const hash = plaintext === undefined ? undefined : await ask(node, { kind: 'promised-hash', position });
          if (plaintext !== undefined && hash !== undefined && bytesEqual(sha256(plaintext), hash)) await hostOf(node).keepLocally(chain, { kind: 'reconcile', late: { position, hash, plaintext } });
        }
      }
    }
  }

  #of(id: number): SimulatedTransaction {
    const found = this.#transactions.get(id);
    if (found === undefined) throw new Error('a block carries what no client made');
    return found;
  }
}

function hostOf({ host }: ChannelNode): LedgerHost {
  if (host === undefined) throw new Error('the test lost a node');
  return host;
}
