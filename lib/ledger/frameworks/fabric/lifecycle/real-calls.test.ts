import { common } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { MemoryState } from '../../../storage/memory/memory-state';
import { decodeMspConfig } from '../msp/decode-msp-config';
import { createChannelRules } from '../policy/create-channel-rules';
import { readChannelConfig } from '../protocol';
import { Simulator } from '../state';
import { LIFECYCLE } from './definition';
import { findDefinition } from './find-definition';
import { createCollectionsOf } from './implicit-collections';
import { invokeLifecycle } from './invoke-lifecycle';
import { noPackages } from './testing/memory-packages';
import { listRealCalls, readRealConfig, replayRealState } from './testing/real-channel';

/** Bytes of the channel's group in the configuration, as the published classes write them. */
function readGroup(): Uint8Array {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(readRealConfig()).getPayload_asU8());
  return common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig()?.getChannelGroup()?.serializeBinary() ?? new Uint8Array(0);
}

const rules = createChannelRules(readGroup());
const organisations = readChannelConfig(readRealConfig()).organisations.map(({ name, mspConfig }) => ({ name, mspId: decodeMspConfig(mspConfig).name }));

describe('what clients of a real Fabric asked of `_lifecycle`', () => {
  const calls = listRealCalls().filter(({ chaincode }) => chaincode === LIFECYCLE);

  it('are approvals and commits of two chaincodes by three organisations', () => {
    expect(organisations.map(({ name, mspId }) => `${name} ${mspId}`)).toEqual(['org1 Org1MSP', 'org2 Org2MSP', 'org3 Org3MSP']);
    expect(calls.map(({ args }) => Buffer.from(args[0] ?? []).toString())).toEqual([
      ...Array.from({ length: 3 }, () => 'ApproveChaincodeDefinitionForMyOrg'),
      'CommitChaincodeDefinition',
      ...Array.from({ length: 3 }, () => 'ApproveChaincodeDefinitionForMyOrg'),
      'CommitChaincodeDefinition',
      ...Array.from({ length: 3 }, () => 'ApproveChaincodeDefinitionForMyOrg'),
      'CommitChaincodeDefinition',
    ]);
  });

  it.each(calls.map((call) => [call.block, call] as const))('gets of us, in block %i, its answer and its read-write set byte for byte', async (block, call) => {
    const state = replayRealState(block - 1);
    const mspIds = organisations.map(({ mspId }) => mspId);
    const collectionsOf = createCollectionsOf((name) => findDefinition(state, name), mspIds);
    const simulator = new Simulator({ txId: call.txId, state, privateState: new MemoryState(), collectionsOf, indexesOf: () => [], transactionAt: () => undefined });
    const { msp } = rules.msps.deserializeIdentity(call.creator);
    const channel = { channelId: 'testchannel', simulator, rules, organisations };
    const response = await invokeLifecycle({ txId: call.txId, args: call.args, mspId: msp.id, channel, packages: noPackages, listUses: async () => new Map(), checkAccess: () => undefined });
    expect({ ...response, payload: Buffer.from(response.payload) }).toEqual({ ...call.response, payload: Buffer.from(call.response.payload) });
    expect(Buffer.from(simulator.finish().rwset).toString('hex')).toBe(Buffer.from(call.results).toString('hex'));
  });
});
