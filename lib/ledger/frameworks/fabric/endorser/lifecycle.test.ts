import { createHash } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import lifecycle from '@hyperledger/fabric-protos/lib/peer/lifecycle/lifecycle_pb';
import { describe, expect, it } from 'vitest';
import { encodeSignaturePolicy } from '../policy/encode-signature-policy';
import { parsePolicy } from '../policy/parse-policy';
import { envelope, ProposalRefused, proposalResponse, type Response } from '../protocol';
import { encodePolicyReference } from '../testing/test-policies';
import { endorseTransaction } from './endorse-transaction';
import { processProposal } from './process-proposal';
import { signProposal } from './testing/sign-proposal';
import { TestCity } from './testing/test-city';
import { deploy, type TestUser } from './testing/test-gateway';

const text = (value: Uint8Array): string => Buffer.from(value).toString('utf8');
const failed = (name: string, why: string) => ({ status: 500, message: `failed to invoke backing implementation of '${name}': ${why}` });
type Message = { serializeBinary(): Uint8Array };

function openCity(mspIds: readonly string[] = ['Org1MSP', 'Org2MSP']): TestCity {
  const city = new TestCity(mspIds);
  city.addChannel('one');
  return city;
}

const user = (city: TestCity, mspId: string, unit = 'admin'): TestUser => ({ mspId, signer: city.organisation(mspId).issue({ units: [unit] }) });

/** What an organisation's peer answers to a call of `_lifecycle`. */
async function call(city: TestCity, name: string, message: Message, { mspId = 'Org1MSP', unit = 'admin', channelId = 'one' } = {}): Promise<Response> {
  const signedProposal = signProposal(user(city, mspId, unit), { channelId, chaincode: '_lifecycle', args: [name, message.serializeBinary()] });
  const { bytes } = await processProposal({ signedProposal, mspId }, city.ports());
  return proposalResponse.decode(bytes).response ?? { status: 0, message: '', payload: new Uint8Array(0) };
}

/** A call that goes into a block. */
async function submit(city: TestCity, name: string, message: Message, mspId = 'Org1MSP'): Promise<void> {
  const client = user(city, mspId);
  const signedProposal = signProposal(client, { channelId: 'one', chaincode: '_lifecycle', args: [name, message.serializeBinary()] });
  const payload = await endorseTransaction({ signedProposal, homeMspId: mspId, mspIds: [mspId], signal: new AbortController().signal }, city.ports());
  expect(await city.commit('one', envelope.encode({ payload, signature: client.signer.sign(payload) }))).toBe(0);
}

interface Proposed {
  readonly name?: string;
  readonly version?: string;
  readonly sequence?: number;
  readonly policy?: Uint8Array;
  readonly collections?: readonly peer.StaticCollectionConfig[];
  readonly packageId?: string;
  readonly endorsementPlugin?: string;
}

function packageOf(collections: readonly peer.StaticCollectionConfig[] | undefined): peer.CollectionConfigPackage | undefined {
  if (collections === undefined) return undefined;
  const whole = new peer.CollectionConfigPackage();
  whole.setConfigList(
    collections.map((one) => {
      const config = new peer.CollectionConfig();
      config.setStaticCollectionConfig(one);
      return config;
    }),
  );
  return whole;
}

function approval({ name = 'basic', version = '1.0', sequence = 1, policy, collections, packageId, endorsementPlugin = '' }: Proposed = {}) {
  const args = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
  args.setName(name);
  args.setVersion(version);
  args.setSequence(sequence);
  args.setEndorsementPlugin(endorsementPlugin);
  if (policy !== undefined) args.setValidationParameter(policy);
  args.setCollections(packageOf(collections));
  if (packageId !== undefined) {
    const source = new lifecycle.ChaincodeSource();
    const local = new lifecycle.ChaincodeSource.Local();
    local.setPackageId(packageId);
    source.setLocalPackage(local);
    args.setSource(source);
  }
  return args;
}

/** The same definition to be committed or checked: of these fields the messages are alike. */
const commitment = (proposed?: Proposed) => lifecycle.CommitChaincodeDefinitionArgs.deserializeBinary(approval(proposed).serializeBinary());
const readiness = (proposed?: Proposed) => lifecycle.CheckCommitReadinessArgs.deserializeBinary(approval(proposed).serializeBinary());

function collection(name: string, members = "OR('Org1MSP.member')", change: (one: peer.StaticCollectionConfig) => unknown = () => undefined): peer.StaticCollectionConfig {
  const one = new peer.StaticCollectionConfig();
  one.setName(name);
  const policy = new peer.CollectionPolicyConfig();
  policy.setSignaturePolicy(common.SignaturePolicyEnvelope.deserializeBinary(encodeSignaturePolicy(parsePolicy(members))));
  one.setMemberOrgsPolicy(policy);
  one.setMaximumPeerCount(1);
  change(one);
  return one;
}

describe('packages', () => {
  it('are installed once for each organisation, listed with what runs from them, and given back byte for byte', async () => {
    const city = openCity();
    const args = new lifecycle.InstallChaincodeArgs();
    args.setChaincodeInstallPackage(Buffer.from('basic:code'));
    const installed = lifecycle.InstallChaincodeResult.deserializeBinary((await call(city, 'InstallChaincode', args, { channelId: '' })).payload);
    const packageId = installed.getPackageId();
    expect([installed.getLabel(), packageId]).toEqual(['basic', `basic:${createHash('sha256').update('basic:code').digest('hex')}`]);
    expect(await call(city, 'InstallChaincode', args, { channelId: '' })).toMatchObject(failed('InstallChaincode', `chaincode already successfully installed (package ID '${packageId}')`));
    args.setChaincodeInstallPackage(Buffer.from('rubbish'));
    expect(await call(city, 'InstallChaincode', args, { channelId: '' })).toMatchObject(failed('InstallChaincode', 'could not parse as a chaincode install package: no label'));

    await deploy(city, 'one', { name: 'mine', packages: { Org1MSP: 'basic', Org2MSP: undefined } });
    const listed = lifecycle.QueryInstalledChaincodesResult.deserializeBinary((await call(city, 'QueryInstalledChaincodes', new lifecycle.QueryInstalledChaincodesArgs(), { channelId: '' })).payload);
    expect(listed.getInstalledChaincodesList().map((one) => one.getPackageId())).toEqual([packageId]);
    const one = new lifecycle.QueryInstalledChaincodeArgs();
    one.setPackageId(packageId);
    const found = lifecycle.QueryInstalledChaincodeResult.deserializeBinary((await call(city, 'QueryInstalledChaincode', one, { channelId: '' })).payload);
    expect(found.getReferencesMap().get('one')?.getChaincodesList().map((use: { getName(): string; getVersion(): string }) => `${use.getName()} ${use.getVersion()}`)).toEqual(['mine 1.0']);
    const bytes = lifecycle.GetInstalledChaincodePackageResult.deserializeBinary((await call(city, 'GetInstalledChaincodePackage', one, { channelId: '' })).payload);
    expect(text(bytes.getChaincodeInstallPackage_asU8())).toBe('basic:code');
    expect(await call(city, 'QueryInstalledChaincode', one, { channelId: '', mspId: 'Org2MSP' })).toMatchObject(failed('QueryInstalledChaincode', `could not find chaincode with package id '${packageId}'`));
    expect(await call(city, 'GetInstalledChaincodePackage', one, { channelId: '', mspId: 'Org2MSP' })).toMatchObject(
      failed('GetInstalledChaincodePackage', `could not load cc install package: chaincode install package '${packageId}' not found`),
    );
  });

  it('are the business of the organisation\'s own administrators', async () => {
    const city = openCity();
    const answer = await call(city, 'QueryInstalledChaincodes', new lifecycle.QueryInstalledChaincodesArgs(), { channelId: '', unit: 'client' });
    expect(answer.message).toMatch(/^Failed to authorize invocation due to failed ACL check: Failed verifying that proposal's creator satisfies local MSP principal during channelless check policy with policy \[Admins\]: \[/);
    const stranger = signProposal(user(city, 'Org2MSP'), { channelId: 'one', chaincode: '_lifecycle', args: ['ApproveChaincodeDefinitionForMyOrg', approval().serializeBinary()] });
    const { bytes } = await processProposal({ signedProposal: stranger, mspId: 'Org1MSP' }, city.ports());
    expect(proposalResponse.decode(bytes).response?.message).toBe(
      'Failed to authorize invocation due to failed ACL check: Failed deserializing proposal creator during channelless check policy with policy [Admins]: [expected MSP ID Org1MSP, received Org2MSP]',
    );
    const channelless = signProposal(user(city, 'Org2MSP'), { channelId: '', chaincode: '_lifecycle', args: ['QueryInstalledChaincodes', new Uint8Array(0)] });
    await expect(processProposal({ signedProposal: channelless, mspId: 'Org1MSP' }, city.ports())).rejects.toThrow(ProposalRefused);
  });
});

describe('sequences', () => {
  it('go up one by one, and what is in force may be approved again only as it is', async () => {
    const city = openCity(['Org1MSP']);
    const approve = (proposed: Proposed) => call(city, 'ApproveChaincodeDefinitionForMyOrg', approval(proposed));
    const refused = (why: string) => failed('ApproveChaincodeDefinitionForMyOrg', why);
    expect(await approve({ sequence: 0 })).toMatchObject(refused('requested sequence is 0, but first definable sequence number is 1'));
    expect(await approve({ sequence: 2 })).toMatchObject(refused('requested sequence 2 is larger than the next available sequence number 1'));
    await submit(city, 'ApproveChaincodeDefinitionForMyOrg', approval());
    expect(await approve({})).toMatchObject(refused('attempted to redefine uncommitted sequence (1) for namespace basic with unchanged content'));
    expect(await approve({ packageId: 'basic:1' })).toMatchObject({ status: 200 });
    expect(await call(city, 'CommitChaincodeDefinition', commitment({ sequence: 2 }))).toMatchObject(failed('CommitChaincodeDefinition', 'requested sequence is 2, but new definition must be sequence 1'));
    expect(await call(city, 'CommitChaincodeDefinition', commitment({ version: '1.1' }))).toMatchObject(failed('CommitChaincodeDefinition', 'chaincode definition not agreed to by this org (Org1MSP)'));
    await submit(city, 'CommitChaincodeDefinition', commitment());
    expect(await approve({ sequence: 0 })).toMatchObject(refused('currently defined sequence 1 is larger than requested sequence 0'));
    expect(await approve({ version: '1.1' })).toMatchObject(
      refused("attempted to redefine the current committed sequence (1) for namespace basic with different parameters: expected Version '1.0' does not match passed Version '1.1'"),
    );
    // Only the package of an organisation may change under a sequence.
    await submit(city, 'ApproveChaincodeDefinitionForMyOrg', approval({ packageId: 'basic:2' }));
    await submit(city, 'ApproveChaincodeDefinitionForMyOrg', approval({ sequence: 2, version: '2.0' }));
  });
});

describe('definitions', () => {
  it('tell who approved them, before and after they are committed', async () => {
    const city = openCity();
    await submit(city, 'ApproveChaincodeDefinitionForMyOrg', approval({ packageId: 'basic:1' }));
    const ready = lifecycle.CheckCommitReadinessResult.deserializeBinary((await call(city, 'CheckCommitReadiness', readiness(), { unit: 'client' })).payload);
    expect([...ready.getApprovalsMap().entries()]).toEqual([['Org1MSP', true], ['Org2MSP', false]]);
    const other = lifecycle.CheckCommitReadinessResult.deserializeBinary((await call(city, 'CheckCommitReadiness', readiness({ version: '1.1' }), { unit: 'client' })).payload);
    expect([...other.getApprovalsMap().values()]).toEqual([false, false]);
    await submit(city, 'ApproveChaincodeDefinitionForMyOrg', approval(), 'Org2MSP');
    await submit(city, 'CommitChaincodeDefinition', commitment());

    const asked = new lifecycle.QueryChaincodeDefinitionArgs();
    asked.setName('basic');
    const defined = lifecycle.QueryChaincodeDefinitionResult.deserializeBinary((await call(city, 'QueryChaincodeDefinition', asked, { unit: 'client' })).payload);
    expect([defined.getSequence(), defined.getVersion(), defined.getEndorsementPlugin(), defined.getValidationPlugin()]).toEqual([1, '1.0', 'escc', 'vscc']);
    expect(Buffer.from(defined.getValidationParameter_asU8())).toEqual(Buffer.from(encodePolicyReference('/Channel/Application/Endorsement')));
    expect([...defined.getApprovalsMap().entries()]).toEqual([['Org1MSP', true], ['Org2MSP', true]]);
    const all = lifecycle.QueryChaincodeDefinitionsResult.deserializeBinary((await call(city, 'QueryChaincodeDefinitions', new lifecycle.QueryChaincodeDefinitionsArgs(), { unit: 'client' })).payload);
    expect(all.getChaincodeDefinitionsList().map((one) => `${one.getName()} ${one.getSequence()} ${one.getVersion()}`)).toEqual(['basic 1 1.0']);
    asked.setName('ghost');
    expect(await call(city, 'QueryChaincodeDefinition', asked, { unit: 'client' })).toMatchObject({ status: 404, message: 'namespace ghost is not defined' });
  });

  it('show an organisation what it approved and which package it runs', async () => {
    const city = openCity();
    await submit(city, 'ApproveChaincodeDefinitionForMyOrg', approval({ packageId: 'basic:1' }));
    await submit(city, 'ApproveChaincodeDefinitionForMyOrg', approval(), 'Org2MSP');
    const args = new lifecycle.QueryApprovedChaincodeDefinitionArgs();
    args.setName('basic');
    const read = async (mspId: string) => lifecycle.QueryApprovedChaincodeDefinitionResult.deserializeBinary((await call(city, 'QueryApprovedChaincodeDefinition', args, { mspId })).payload);
    expect((await read('Org1MSP')).getSource()?.getLocalPackage()?.getPackageId()).toBe('basic:1');
    expect((await read('Org2MSP')).getSource()?.hasUnavailable()).toBe(true);
    expect((await read('Org1MSP')).getSequence()).toBe(1);
    args.setName('ghost');
    expect(await call(city, 'QueryApprovedChaincodeDefinition', args)).toMatchObject(
      failed('QueryApprovedChaincodeDefinition', "could not fetch approved chaincode definition (name: 'ghost', sequence: '0') on channel 'one'"),
    );
  });

  it.each<[what: string, Proposed, why: string]>([
    ['a name', { name: 'a/b' }, "invalid chaincode name 'a/b'. Names can only consist of alphanumerics, '_', and '-' and can only begin with alphanumerics"],
    ['a system chaincode\'s name', { name: 'qscc' }, "chaincode name 'qscc' is the name of a system chaincode"],
    ['a long name', { name: 'x'.repeat(97) }, `invalid chaincode name '${'x'.repeat(97)}'. Names have at most 96 characters here`],
    ['a version', { version: 'a b' }, "invalid chaincode version 'a b'. Versions can only consist of alphanumerics, '_', '-', '+', and '.'"],
    ['a plugin', { endorsementPlugin: 'mine' }, "endorsement plugin 'mine' is not available: use 'escc'"],
    ['a collection\'s name', { collections: [collection('_c')] }, "invalid collection name '_c'. Names can only consist of alphanumerics, '_', and '-' and cannot begin with '_'"],
    ['a collection twice', { collections: [collection('c'), collection('c')] }, 'collection-name: c -- found duplicate in collection configuration'],
    ['peer counts', { collections: [collection('c', undefined, (one) => one.setRequiredPeerCount(2))] }, 'collection-name: c -- maximum peer count (1) cannot be less than the required peer count (2)'],
    ['a count below zero', { collections: [collection('c', undefined, (one) => one.setRequiredPeerCount(-1))] }, 'collection-name: c -- requiredPeerCount (-1) cannot be less than zero'],
    ['no members', { collections: [collection('c', undefined, (one) => one.setMemberOrgsPolicy(undefined))] }, "collection member policy is not set for collection 'c'"],
    ['members that must all sign', { collections: [collection('c', "AND('Org1MSP.member', 'Org2MSP.member')")] }, 'collection-name: c -- error in member org policy: signature policy is not an OR concatenation, NOutOf 2'],
    ['a stranger as a member', { collections: [collection('c', "OR('Org9MSP.member')")] }, "collection-name: c -- collection member 'Org9MSP' is not part of the channel"],
  ])('with %s that may not be are neither approved nor committed', async (_what, proposed, why) => {
    const city = openCity(['Org1MSP']);
    expect(await call(city, 'ApproveChaincodeDefinitionForMyOrg', approval(proposed))).toMatchObject(failed('ApproveChaincodeDefinitionForMyOrg', `error validating chaincode definition: ${why}`));
    expect(await call(city, 'CommitChaincodeDefinition', commitment(proposed))).toMatchObject(failed('CommitChaincodeDefinition', `error validating chaincode definition: ${why}`));
  });

  it('keep the collections that they had, and how long those keep their data', async () => {
    const city = openCity(['Org1MSP']);
    const kept = collection('kept', undefined, (one) => one.setBlockToLive(5));
    await submit(city, 'ApproveChaincodeDefinitionForMyOrg', approval({ collections: [kept] }));
    await submit(city, 'CommitChaincodeDefinition', commitment({ collections: [kept] }));
    const next = async (collections?: readonly peer.StaticCollectionConfig[]) => (await call(city, 'ApproveChaincodeDefinitionForMyOrg', approval({ sequence: 2, ...(collections ? { collections } : {}) }))).message;
    const refused = (why: string) => failed('ApproveChaincodeDefinitionForMyOrg', `error validating chaincode definition: ${why}`).message;
    expect(await next()).toBe(refused('the proposed collection config does not contain previously defined collections'));
    expect(await next([collection('other')])).toBe(refused('existing collection [kept] missing in the proposed collection configuration'));
    expect(await next([collection('kept', undefined, (one) => one.setBlockToLive(6))])).toBe(refused('the BlockToLive in an existing collection [kept] modified. Existing value [5]'));
    expect(await next([kept, collection('other')])).toBe('');
  });
});

describe('calls that are none', () => {
  it('are refused in Fabric\'s words', async () => {
    const city = openCity(['Org1MSP']);
    const raw = async (args: readonly (string | Uint8Array)[]) => {
      const signedProposal = signProposal(user(city, 'Org1MSP'), { channelId: 'one', chaincode: '_lifecycle', args });
      return proposalResponse.decode((await processProposal({ signedProposal, mspId: 'Org1MSP' }, city.ports())).bytes).response?.message;
    };
    expect(await raw([])).toBe('lifecycle scc must be invoked with arguments');
    expect(await raw(['QueryChaincodeDefinition'])).toBe('lifecycle scc operations require exactly two arguments but received 1');
    expect(await raw(['Nothing', 'x'])).toBe('Failed to authorize invocation due to failed ACL check: Unmapped policy for _lifecycle/Nothing');
    expect(await raw(['QueryChaincodeDefinition', Uint8Array.of(255)])).toMatch(/^failed to invoke backing implementation of 'QueryChaincodeDefinition': could not decode input arg for \*lifecycle\.Invocation\.QueryChaincodeDefinition: proto: /);
  });

  it('without a channel have no state to work on', async () => {
    const city = openCity(['Org1MSP']);
    const answer = await call(city, 'ApproveChaincodeDefinitionForMyOrg', approval(), { channelId: '' });
    expect(answer).toMatchObject(failed('ApproveChaincodeDefinitionForMyOrg', "error validating chaincode definition: could not get channelconfig for channel ''"));
  });
});
