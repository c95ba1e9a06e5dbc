import { Client, credentials } from '@grpc/grpc-js';
import { connect, signers, type Contract, type Gateway, type Network } from '@hyperledger/fabric-gateway';
import { common, msp, peer } from '@hyperledger/fabric-protos';
import lifecycle from '@hyperledger/fabric-protos/lib/peer/lifecycle/lifecycle_pb';
import { setTimeout as delay } from 'node:timers/promises';
import { openTestLedger, testAuthority, TestHost } from '@/lib/gateway/testing';
import { loadFabricTesting } from '@/lib/ledger/testing';
import { contractOf, makeChaincode, runtimeDirectory } from '@/lib/sandbox/testing';
import { checkRequest, parsePublicKey } from '@/lib/x509';

export const CHAINCODE = 'till';
const CHANNEL = 'chaos';
const CITY_NODES = ['SIN', 'PAR', 'JNB'] as const;
const TEN_YEARS_MS = 3_600 * 86_400_000;
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

type Organisation = ReturnType<Awaited<ReturnType<typeof loadFabricTesting>>['createTestOrganisation']>;

/** Three real city-node processes with one Fabric channel, each with peers of both organisations. */
export class FabricCity {
  readonly #opened: (Gateway | Client)[] = [];
  readonly #networks = new Map<string, Network>();

  private constructor(
    readonly hosts: readonly TestHost[],
    readonly organisations: readonly Organisation[],
    readonly chain: string,
  ) {}

  static async open(finality: 'solo' | 'crash'): Promise<FabricCity> {
    const { createTestOrganisation } = await loadFabricTesting();
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
    const describe = (one: Organisation) => ({ mspId: one.mspId, ...settingsOf(one) });
    const config = { channelId: CHANNEL, organisations: organisations.map(describe), ordererOrganisations: [describe(orderers)] };
    const { chain } = await openTestLedger(hosts.map((host, index) => [host, CITY_NODES[index] ?? '']), { framework: 'fabric', config, finality });
    const city = new FabricCity(hosts, organisations, chain);
    await city.#deploy();
    return city;
  }

  cityNodeOf(host: TestHost): string {
    return CITY_NODES[this.hosts.indexOf(host)] ?? '';
  }

  /** The chaincode as a client of an organisation uses it through a host. */
  contract(host: TestHost, organisation: Organisation, chaincode = CHAINCODE, unit = 'client'): Contract {
    return this.#network(host, organisation, unit).getContract(chaincode);
  }

  /** Bytes of all blocks that a host gives out. */
  async blocks(host: TestHost): Promise<Uint8Array[]> {
    const [organisation] = this.organisations;
    if (organisation === undefined) throw new Error('there is an organisation');
    const info = await this.contract(host, organisation, 'qscc').evaluateTransaction('GetChainInfo', CHANNEL);
    const height = common.BlockchainInfo.deserializeBinary(info).getHeight();
    const events = await this.#network(host, organisation, 'client').getBlockEvents({ startBlock: 0n });
    const blocks: Uint8Array[] = [];
    try {
      for await (const block of events) {
        blocks.push(block.serializeBinary());
        if (blocks.length >= height) break;
      }
    } finally {
      events.close();
    }
    return blocks;
  }

  async height(host: TestHost): Promise<number> {
    return (await host.client.peerStatus({ chain: this.chain, cityNode: this.cityNodeOf(host) })).height;
  }

  async close(): Promise<void> {
    for (const one of this.#opened.splice(0)) one.close();
    await Promise.all(this.hosts.map((host) => host.remove()));
  }

  #network(host: TestHost, organisation: Organisation, unit: string): Network {
    const name = `${host.join.hostId} ${organisation.mspId} ${unit}`;
    const known = this.#networks.get(name);
    if (known !== undefined) return known;
    const { pem, key } = organisation.issue({ units: [unit], notAfterMs: Date.now() + TEN_YEARS_MS });
    const client = new Client(`localhost:${host.join.fabric?.port}`, credentials.createSsl(Buffer.from(testAuthority.rootPem)), connecting);
    const gateway = connect({ client, identity: { mspId: organisation.mspId, credentials: pem }, signer: signers.newPrivateKeySigner(key) });
    this.#opened.push(gateway, client);
    const network = gateway.getNetwork(CHANNEL);
    this.#networks.set(name, network);
    return network;
  }

  /** A package is a host's own: each gets it, once for each organisation. */
  async #deploy(): Promise<void> {
    const [first] = this.hosts;
    if (first === undefined) throw new Error('there is a host');
    let packageId = '';
    for (const host of this.hosts) {
      for (const organisation of this.organisations) {
        const args = new lifecycle.InstallChaincodeArgs();
        args.setChaincodeInstallPackage(till);
        const answer = await this.contract(host, organisation, '_lifecycle', 'admin').evaluate('InstallChaincode', { arguments: [args.serializeBinary()], endorsingOrganizations: [organisation.mspId] });
        packageId = lifecycle.InstallChaincodeResult.deserializeBinary(answer).getPackageId();
      }
    }
    const define = (args: lifecycle.ApproveChaincodeDefinitionForMyOrgArgs | lifecycle.CommitChaincodeDefinitionArgs): void => {
      args.setName(CHAINCODE);
      args.setVersion('1.0');
      args.setSequence(1);
      args.setCollections(bothMembers(this.organisations.map(({ mspId }) => mspId)));
    };
    for (const organisation of this.organisations) {
      const args = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
      define(args);
      const local = new lifecycle.ChaincodeSource.Local();
      local.setPackageId(packageId);
      const source = new lifecycle.ChaincodeSource();
      source.setLocalPackage(local);
      args.setSource(source);
      await this.contract(first, organisation, '_lifecycle', 'admin').submit('ApproveChaincodeDefinitionForMyOrg', { arguments: [args.serializeBinary()], endorsingOrganizations: [organisation.mspId] });
    }
    const args = new lifecycle.CommitChaincodeDefinitionArgs();
    define(args);
    const [organisation] = this.organisations;
    if (organisation === undefined) throw new Error('there is an organisation');
    await this.contract(first, organisation, '_lifecycle', 'admin').submit('CommitChaincodeDefinition', { arguments: [args.serializeBinary()] });
    const height = await this.height(first);
    while ((await Promise.all(this.hosts.map((host) => this.height(host)))).some((one) => one < height)) await delay(100);
  }
}

function settingsOf({ root }: Organisation): { rootCertificates: string[] } {
  return { rootCertificates: [Buffer.from(root.pem).toString('utf8')] };
}

async function giveIdentity(host: TestHost, organisation: Organisation, role: 'peer' | 'orderer'): Promise<void> {
  const name = { mspId: organisation.mspId, role };
  const { request } = await host.client.fabricRequest(name);
  await host.client.putFabricCertificate(name, { certificate: organisation.certify(parsePublicKey(checkRequest(request)), role), organisation: settingsOf(organisation) });
}

/** One collection, `both`, of which members of all these organisations are members. */
function bothMembers(mspIds: readonly string[]): peer.CollectionConfigPackage {
  const envelope = new common.SignaturePolicyEnvelope();
  const anyOf = new common.SignaturePolicy.NOutOf();
  anyOf.setN(1);
  for (const [index, mspId] of mspIds.entries()) {
    const role = new msp.MSPRole();
    role.setMspIdentifier(mspId);
    role.setRole(msp.MSPRole.MSPRoleType.MEMBER);
    const principal = new msp.MSPPrincipal();
    principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
    principal.setPrincipal(role.serializeBinary());
    envelope.addIdentities(principal);
    const signed = new common.SignaturePolicy();
    signed.setSignedBy(index);
    anyOf.addRules(signed);
  }
  const rule = new common.SignaturePolicy();
  rule.setNOutOf(anyOf);
  envelope.setRule(rule);
  const policy = new peer.CollectionPolicyConfig();
  policy.setSignaturePolicy(envelope);
  const one = new peer.StaticCollectionConfig();
  one.setName('both');
  one.setMemberOrgsPolicy(policy);
  one.setMaximumPeerCount(1);
  const config = new peer.CollectionConfig();
  config.setStaticCollectionConfig(one);
  const whole = new peer.CollectionConfigPackage();
  whole.addConfig(config);
  return whole;
}

