import { Client, credentials } from '@grpc/grpc-js';
import { connect, signers, type Contract, type Gateway, type Network } from '@hyperledger/fabric-gateway';
import { common, gateway as messages, msp, peer } from '@hyperledger/fabric-protos';
import lifecycle from '@hyperledger/fabric-protos/lib/peer/lifecycle/lifecycle_pb';
import type { FabricIdentityName, FabricOrganisation } from '@/lib/control';
import { testAuthority, type TestHost } from '@/lib/gateway/testing';
import { loadFabricTesting } from '@/lib/ledger/testing';
import { checkRequest, parsePublicKey } from '@/lib/x509';

const { createTestOrganisation } = await loadFabricTesting();
export type Organisation = ReturnType<typeof createTestOrganisation>;
export { createTestOrganisation };

const TEN_YEARS_MS = 3_600 * 86_400_000;

export function settingsOf({ root }: Organisation): FabricOrganisation {
  return { rootCertificates: [Buffer.from(root.pem).toString('utf8')] };
}

/** Configuration of a channel of these organisations. */
export function channelConfig(channelId: string, organisations: readonly Organisation[], orderers: Organisation): Record<string, unknown> {
  const describe = (one: Organisation) => ({ mspId: one.mspId, ...settingsOf(one) });
  return { channelId, organisations: organisations.map(describe), ordererOrganisations: [describe(orderers)] };
}

/** Makes the key of an organisation's peer or orderer on the host, and certifies it as the organisation's authority does. */
export async function giveIdentity(host: TestHost, organisation: Organisation, role: FabricIdentityName['role']): Promise<void> {
  const name = { mspId: organisation.mspId, role };
  const { request } = await host.client.fabricRequest(name);
  await host.client.putFabricCertificate(name, { certificate: organisation.certify(parsePublicKey(checkRequest(request)), role), organisation: settingsOf(organisation) });
}

/** One collection of private data, of which members of each of these organisations are members. */
export function collectionOf(name: string, mspIds: readonly string[], { required = 0, max = 1 } = {}): peer.CollectionConfigPackage {
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
  one.setName(name);
  one.setMemberOrgsPolicy(policy);
  one.setRequiredPeerCount(required);
  one.setMaximumPeerCount(max);
  const config = new peer.CollectionConfig();
  config.setStaticCollectionConfig(one);
  const whole = new peer.CollectionConfigPackage();
  whole.addConfig(config);
  return whole;
}

/** Official clients of one host over TLS; they believe the installation's root. */
export class FabricClients {
  readonly #opened: (Gateway | Client)[] = [];

  constructor(
    readonly host: TestHost,
    readonly channelId: string,
  ) {}

  network(organisation: Organisation, unit = 'client', { pem, key } = organisation.issue({ units: [unit], notAfterMs: Date.now() + TEN_YEARS_MS })): Network {
    const client = new Client(`localhost:${this.host.join.fabric?.port}`, credentials.createSsl(Buffer.from(testAuthority.rootPem)));
    const gateway = connect({ client, identity: { mspId: organisation.mspId, credentials: pem }, signer: signers.newPrivateKeySigner(key) });
    this.#opened.push(gateway, client);
    return gateway.getNetwork(this.channelId);
  }

  contract(organisation: Organisation, chaincode: string, unit?: string): Contract {
    return this.network(organisation, unit).getContract(chaincode);
  }

  /** Bytes of a proposal that is to be signed, as the official client makes it. */
  propose(organisation: Organisation, user: ReturnType<Organisation['issue']>, chaincode: string, [name = '', ...args]: readonly string[]): Uint8Array {
    const proposal = this.network(organisation, 'client', user).getContract(chaincode).newProposal(name, { arguments: args });
    return messages.ProposedTransaction.deserializeBinary(proposal.getBytes()).getProposal()?.getProposalBytes_asU8() ?? new Uint8Array(0);
  }

  /** As an organisation's administrator installs a package; its id. */
  async install(organisation: Organisation, bytes: Uint8Array): Promise<string> {
    const args = new lifecycle.InstallChaincodeArgs();
    args.setChaincodeInstallPackage(bytes);
    const answer = await this.contract(organisation, '_lifecycle', 'admin').evaluate('InstallChaincode', { arguments: [args.serializeBinary()], endorsingOrganizations: [organisation.mspId] });
    return lifecycle.InstallChaincodeResult.deserializeBinary(answer).getPackageId();
  }

  async approve(organisation: Organisation, name: string, packageId: string, collections?: peer.CollectionConfigPackage): Promise<void> {
    const args = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
    args.setName(name);
    args.setVersion('1.0');
    args.setSequence(1);
    const local = new lifecycle.ChaincodeSource.Local();
    local.setPackageId(packageId);
    const source = new lifecycle.ChaincodeSource();
    source.setLocalPackage(local);
    args.setSource(source);
    args.setCollections(collections);
    await this.contract(organisation, '_lifecycle', 'admin').submit('ApproveChaincodeDefinitionForMyOrg', { arguments: [args.serializeBinary()], endorsingOrganizations: [organisation.mspId] });
  }

  async commit(organisation: Organisation, name: string, collections?: peer.CollectionConfigPackage): Promise<void> {
    const args = new lifecycle.CommitChaincodeDefinitionArgs();
    args.setName(name);
    args.setVersion('1.0');
    args.setSequence(1);
    args.setCollections(collections);
    await this.contract(organisation, '_lifecycle', 'admin').submit('CommitChaincodeDefinition', { arguments: [args.serializeBinary()] });
  }

  /** Bytes of the channel's blocks up to its height. */
  async blocks(organisation: Organisation): Promise<Uint8Array[]> {
    const qscc = this.contract(organisation, 'qscc');
    const info = await qscc.evaluateTransaction('GetChainInfo', this.channelId);
    const height = common.BlockchainInfo.deserializeBinary(info).getHeight();
    const events = await this.network(organisation).getBlockEvents({ startBlock: 0n });
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

  close(): void {
    for (const one of this.#opened.splice(0)) one.close();
  }
}
