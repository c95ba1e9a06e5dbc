import type { Contract } from '@hyperledger/fabric-gateway';
import { createTestNodes, final, openTestChain, passTime, restartTestNode, TEST_CHAIN, type TestNode } from '../../../../testing/test-nodes';
import { PeerDirectory, type PeerStatement } from '../../channel-peers';
import { portsOfHost, type EndorserPorts } from '../../endorser';
import { TestCity, type TestChaincode } from '../../endorser/testing/test-city';
import { deploy, openContract, type TestUser } from '../../endorser/testing/test-gateway';
import { createFabricFramework, FABRIC } from '../../framework';
import { MemoryPackages } from '../../lifecycle/testing/memory-packages';
import { readTxId } from '../../protocol';
import { queryChannel, waitForTransaction, withChannelView } from '../../read/query-channel';
import { worldState } from '../../state';
import { TEST_CHANNEL, TestChannel } from '../../testing/test-channel';
import { answerPeerTask, type PeerTaskPorts } from '../answer-peer-task';
import { serveChannel } from '../serve-channel';

const never = new AbortController().signal;

/** A host of a test: its ledger, the peers of its organisations, and what others asked of it. */
export interface JoinedHost {
  readonly hostId: string;
  readonly node: TestNode;
  readonly city: TestCity;
  readonly directory: PeerDirectory;
  /** Nobody reaches it. */
  isAway: boolean;
  /** It does not answer before nobody waits any more. */
  isSlow: boolean;
  /** `introduce`, `propose` and `keep`, as they came. */
  readonly asked: string[];
  /** Changes what it answers. */
  tamper: ((kind: string, answer: Uint8Array) => Uint8Array) | undefined;
  /** May be replaced. */
  findChannel: PeerTaskPorts['findChannel'];
}

/** Hosts with a real ledger each, in memory, that carry peers of one channel; chaincode is played. */
export class JoinedHosts {
  readonly channel: TestChannel;
  readonly hosts: JoinedHost[] = [];
  /** Blocks that a host was asked to have. */
  readonly reached: number[] = [];
  #nonces = 0;

  /** `organisationsOf`: by host the MSP ids of those that have their peer there. */
  static async open(organisationsOf: readonly (readonly string[])[]): Promise<JoinedHosts> {
    const joined = new JoinedHosts([...new Set(organisationsOf.flat())].sort());
    await joined.#openHosts(organisationsOf);
    return joined;
  }

  private constructor(mspIds: readonly string[]) {
    this.channel = new TestChannel(mspIds);
  }

  host(at: number): JoinedHost {
    const found = this.hosts[at];
    if (found === undefined) throw new Error(`no host ${at}`);
    return found;
  }

  /** Every host can run it; `mspId` says whose peer does. */
  play(label: string, chaincode: TestChaincode): void {
    for (const { city } of this.hosts) city.chaincodes.set(label, chaincode);
  }

  /** Approved and installed by all organisations unless it is said otherwise. */
  async deploy(name: string, definition: Omit<Parameters<typeof deploy>[2], 'name' | 'packages'>, packages?: Parameters<typeof deploy>[2]['packages']): Promise<void> {
    const all = Object.fromEntries(this.channel.organisations.map(({ mspId }) => [mspId, name]));
    await deploy(this.host(0).city, TEST_CHANNEL, { name, ...definition, packages: packages ?? all });
  }

  user(mspId: string): TestUser {
    return { mspId, signer: this.host(0).city.organisation(mspId).issue({ units: ['client'] }) };
  }

  /** As a client of the organisation sees it at the host's gateway. */
  contract(at: number, mspId: string, name: string): Contract {
    return openContract(this.host(at).city, this.user(mspId), TEST_CHANNEL, name);
  }

  /** What a host's ledger has of a collection's key. */
  plaintext(at: number, namespace: string, collection: string, key: string): Promise<string | undefined> {
    return withChannelView(this.host(at).node.host, TEST_CHAIN, never, async ({ state, privateState }) => {
      const found = worldState(state, privateState).getPrivate(namespace, collection, key);
      return found && Buffer.from(found.value).toString();
    });
  }

  async keepOffered(at: number, offer: PeerStatement, hostId: string): Promise<void> {
    const { node, hostId: ownHostId, city } = this.host(at);
    const { txId, plaintext } = await queryChannel(node.host, TEST_CHAIN, { kind: 'offered-private-data', offer, hostId, ownHostId, nowMs: city.nowMs }, never);
    await node.host.keepLocally(TEST_CHAIN, { kind: 'put-received', txId, plaintext });
  }

  async #openHosts(organisationsOf: readonly (readonly string[])[]): Promise<void> {
    const rolesOf = (organisations: readonly string[]) => () => ({ organisations });
    const framework = (at: number) => createFabricFramework({ yieldTurn: async () => undefined, rolesOf: rolesOf(organisationsOf[at] ?? []) });
    let nodes = await createTestNodes({ count: organisationsOf.length, frameworks: [framework(0)] });
    await openTestChain(nodes, TEST_CHAIN, this.channel.config, 'solo', FABRIC);
    nodes = await Promise.all(nodes.map((node, at) => restartTestNode(node, { frameworks: [framework(at)] })));
    const packages = new MemoryPackages();
    const mspIds = this.channel.organisations.map(({ mspId }) => mspId);
    for (const [at, node] of nodes.entries()) {
      const hostId = `host_${at}`;
      const directory = new PeerDirectory({
        find: () => ({ chain: TEST_CHAIN, links: this.hosts.filter((other) => other.hostId !== hostId).map((other) => this.#link(hostId, other)) }),
        nonce: () => Buffer.from(`nonce ${(this.#nonces += 1)}`.padEnd(16)),
        nowMs: () => this.host(at).city.nowMs,
        signal: never,
      });
      const channels = { find: (channelId: string) => (channelId === TEST_CHANNEL ? TEST_CHAIN : undefined), list: () => [TEST_CHANNEL] };
      const base: Partial<EndorserPorts> = { ...portsOfHost({ host: node.host, channels, signal: never }), packages, elsewhere: directory, hostId };
      const city = new TestCity(mspIds, this.channel.organisations, base);
      for (const mspId of mspIds) if (organisationsOf[at]?.includes(mspId) !== true) city.signers.delete(mspId);
      const served = serveChannel({ host: node.host, chain: TEST_CHAIN, config: this.channel.config, homeMspId: organisationsOf[at]?.[0] ?? '', quota: { takeRequest: () => undefined, takeTransaction: () => ({ done: () => undefined }) }, sizeBytes: () => 0 });
      city.commit = (_channelId, envelope) => this.#commit(nodes, envelope);
      this.hosts.push({ hostId, node, city, directory, isAway: false, isSlow: false, asked: [], tamper: undefined, findChannel: (channelId) => (channelId === TEST_CHANNEL ? served : undefined) });
    }
  }

  async #commit(nodes: readonly TestNode[], envelope: Uint8Array): Promise<number> {
    const [first] = nodes;
    if (first === undefined) throw new Error('there is a node');
    const answer = first.host.submit(TEST_CHAIN, envelope);
    await passTime(nodes, 1_500);
    final(await answer);
    return (await waitForTransaction(first.host, TEST_CHAIN, readTxId(envelope) ?? '', never)).code;
  }

  #link(from: string, to: JoinedHost) {
    const call = async (task: Uint8Array, isShort: boolean, signal: AbortSignal): Promise<Uint8Array> => {
      if (to.isAway) throw new Error('connection refused');
      const kind = task[0] === 0x0a ? 'introduce' : task[0] === 0x12 ? 'propose' : 'keep';
      to.asked.push(kind);
      if (to.isSlow) return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('nobody waits any more'))));
      const at = this.hosts.indexOf(to);
      const answer = await answerPeerTask(
        {
          chain: TEST_CHAIN,
          channelId: TEST_CHANNEL,
          portOf: () => 7_051 + at,
          addressOf: () => `${to.hostId}.test:${7_051 + at}`,
          findChannel: (channelId) => to.findChannel(channelId),
          endorser: to.city.ports(),
          takeLocalRequest: () => undefined,
          nowMs: () => to.city.nowMs,
          reach: async (blocks) => void this.reached.push(blocks),
          keepOffered: (offer, hostId) => this.keepOffered(at, offer, hostId),
        },
        { task, hostId: from, isShort, signal },
      );
      return to.tamper?.(kind, answer) ?? answer;
    };
    return {
      hostId: to.hostId,
      hostname: `${to.hostId}.test`,
      run: (task: Uint8Array, signal: AbortSignal) => call(task, false, signal),
      runShort: (task: Uint8Array, signal: AbortSignal) => call(task, true, signal),
    };
  }
}
