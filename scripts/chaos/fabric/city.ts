import type { Contract } from '@hyperledger/fabric-gateway';
import { setTimeout as delay } from 'node:timers/promises';
import { loadFabricHostTesting, openTestLedger, TestHost } from '@/lib/gateway/testing';
import { contractOf, makeChaincode, runtimeDirectory } from '@/lib/sandbox/testing';

const { channelConfig, collectionOf, createTestOrganisation, FabricClients, giveIdentity } = await loadFabricHostTesting();

export const CHAINCODE = 'till';
const CHANNEL = 'chaos';
const CITY_NODES = ['SIN', 'PAR', 'JNB'] as const;
/** A host that is back must be found at once. */
const connecting = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 500 };

const till = makeChaincode(
  contractOf(`
    async add(ctx, key, amount) {
      const before = Number((await ctx.stub.getState(key)).toString() || '0');
      await ctx.stub.putState(key, Buffer.from(String(before + Number(amount))));
    }
    async hide(ctx, key) { await ctx.stub.putPrivateData('both', key, ctx.stub.getTransient().get('secret')); }
    async reveal(ctx, key) { return (await ctx.stub.getPrivateData('both', key)).toString(); }
    async get(ctx, key) { return (await ctx.stub.getState(key)).toString() || '0'; }
    async past(ctx, key) {
      const ids = [];
      for await (const one of ctx.stub.getHistoryForKey(key)) ids.push(one.txId);
      return ids.join(' ');
    }`),
  'till_1',
);

type Organisation = ReturnType<typeof createTestOrganisation>;

/** Three real city-node processes with one Fabric channel, each with peers of both organisations. */
export class FabricCity {
  readonly #clients: ReadonlyMap<TestHost, InstanceType<typeof FabricClients>>;
  readonly #contracts = new Map<string, Contract>();

  private constructor(
    readonly hosts: readonly TestHost[],
    readonly organisations: readonly Organisation[],
    readonly chain: string,
  ) {
    this.#clients = new Map(hosts.map((host) => [host, new FabricClients(host, CHANNEL, connecting)]));
  }

  static async open(finality: 'solo' | 'crash'): Promise<FabricCity> {
    const organisations = ['Org1MSP', 'Org2MSP'].map((mspId) => createTestOrganisation(mspId));
    const orderers = createTestOrganisation('OrdererMSP');
    const hosts: TestHost[] = [];
    for (const cityNode of CITY_NODES) {
      const host = await TestHost.prepare([cityNode], `host_${cityNode.toLowerCase()}`);
      host.args = ['--chaincode-runtime', runtimeDirectory()];
      hosts.push(host);
      await host.resume();
      await host.certify();
      for (const organisation of organisations) await giveIdentity(host, organisation, 'peer');
      await giveIdentity(host, orderers, 'orderer');
    }
    const config = channelConfig(CHANNEL, organisations, orderers);
    const { chain } = await openTestLedger(hosts.map((host, index) => [host, CITY_NODES[index] ?? '']), { framework: 'fabric', config, finality });
    const city = new FabricCity(hosts, organisations, chain);
    await city.#deploy();
    return city;
  }

  cityNodeOf(host: TestHost): string {
    return CITY_NODES[this.hosts.indexOf(host)] ?? '';
  }

  /** The chaincode as a client of an organisation uses it through a host: one and the same over all of its lives. */
  contract(host: TestHost, organisation: Organisation): Contract {
    const name = `${host.join.hostId} ${organisation.mspId}`;
    const known = this.#contracts.get(name) ?? this.#clientsOf(host).contract(organisation, CHAINCODE);
    this.#contracts.set(name, known);
    return known;
  }

  /** Bytes of all blocks that a host gives out. */
  async blocks(host: TestHost): Promise<Uint8Array[]> {
    return this.#clientsOf(host).blocks(this.#first);
  }

  async height(host: TestHost): Promise<number> {
    return (await host.client.peerStatus({ chain: this.chain, cityNode: this.cityNodeOf(host) })).height;
  }

  async close(): Promise<void> {
    for (const one of this.#clients.values()) one.close();
    await Promise.all(this.hosts.map((host) => host.remove()));
  }

  get #first(): Organisation {
    const [organisation] = this.organisations;
    if (organisation === undefined) throw new Error('there is an organisation');
    return organisation;
  }

  #clientsOf(host: TestHost): InstanceType<typeof FabricClients> {
    const clients = this.#clients.get(host);
    if (clients === undefined) throw new Error('there is such a host');
    return clients;
  }

  /** A package is a host's own: each gets it, once for each organisation. */
  async #deploy(): Promise<void> {
    const [first] = this.hosts;
    if (first === undefined) throw new Error('there is a host');
    let packageId = '';
    for (const host of this.hosts) for (const organisation of this.organisations) packageId = await this.#clientsOf(host).install(organisation, till);
    const both = collectionOf('both', this.organisations.map(({ mspId }) => mspId));
    for (const organisation of this.organisations) await this.#clientsOf(first).approve(organisation, CHAINCODE, packageId, both);
    await this.#clientsOf(first).commit(this.#first, CHAINCODE, both);
    const height = await this.height(first);
    while ((await Promise.all(this.hosts.map((host) => this.height(host)))).some((one) => one < height)) await delay(100);
  }
}
