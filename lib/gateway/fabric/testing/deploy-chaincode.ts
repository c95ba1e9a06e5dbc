import { common, msp, peer } from '@hyperledger/fabric-protos';
import lifecycle from '@hyperledger/fabric-protos/lib/peer/lifecycle/lifecycle_pb';
import type { TestDoor } from './open-test-door';

/** A collection of private data; any member of one of these organisations is a member. */
export interface TestCollection {
  readonly name: string;
  readonly members: readonly string[];
  readonly memberOnlyRead?: boolean;
  /** In blocks; absent: for ever. */
  readonly blockToLive?: number;
}

export interface Deployment {
  /** The next definition of the chaincode; the first is 1. */
  readonly sequence?: number;
  readonly collections?: readonly TestCollection[];
}

/** Installs, approves and commits a chaincode as its organisations' administrators do. What it does, `city.chaincodes` says by this name. */
export async function deployChaincode({ city, connect }: Pick<TestDoor, 'city' | 'connect'>, name: string, { sequence = 1, collections = [] }: Deployment = {}): Promise<void> {
  const lifecycleOf = (mspId: string) => connect(mspId, 'admin').getNetwork(city.channelId).getContract('_lifecycle');
  for (const mspId of city.organisations) {
    const args = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
    args.setName(name);
    args.setVersion('1.0');
    args.setSequence(sequence);
    args.setCollections(packageOf(collections));
    const local = new lifecycle.ChaincodeSource.Local();
    local.setPackageId(await city.install(mspId, name));
    const source = new lifecycle.ChaincodeSource();
    source.setLocalPackage(local);
    args.setSource(source);
    await lifecycleOf(mspId).submit('ApproveChaincodeDefinitionForMyOrg', { arguments: [args.serializeBinary()], endorsingOrganizations: [mspId] });
  }
  const args = new lifecycle.CommitChaincodeDefinitionArgs();
  args.setName(name);
  args.setVersion('1.0');
  args.setSequence(sequence);
  args.setCollections(packageOf(collections));
  await lifecycleOf(city.organisations[0] ?? '').submit('CommitChaincodeDefinition', { arguments: [args.serializeBinary()] });
}

function packageOf(collections: readonly TestCollection[]): peer.CollectionConfigPackage {
  const whole = new peer.CollectionConfigPackage();
  for (const { name, members, memberOnlyRead = false, blockToLive = 0 } of collections) {
    const policy = new peer.CollectionPolicyConfig();
    policy.setSignaturePolicy(anyMemberOf(members));
    const one = new peer.StaticCollectionConfig();
    one.setName(name);
    one.setMemberOrgsPolicy(policy);
    one.setMaximumPeerCount(1);
    one.setMemberOnlyRead(memberOnlyRead);
    one.setBlockToLive(blockToLive);
    const config = new peer.CollectionConfig();
    config.setStaticCollectionConfig(one);
    whole.addConfig(config);
  }
  return whole;
}

function anyMemberOf(mspIds: readonly string[]): common.SignaturePolicyEnvelope {
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
  return envelope;
}
