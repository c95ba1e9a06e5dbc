import { common, peer } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import type { ChaincodeCall } from '../../../vm/chaincode';
import { createTestNodes, final, openTestChain, passTime, TEST_CHAIN } from '../../../testing/test-nodes';
import { createFabricFramework, FABRIC } from '../framework';
import { encodeSignaturePolicy } from '../policy/encode-signature-policy';
import { parsePolicy } from '../policy/parse-policy';
import { waitForTransaction } from '../read/query-channel';
import { readTxId } from '../protocol';
import { auditBlocks } from '../testing/audit-blocks';
import { TEST_CHANNEL, TestChannel } from '../testing/test-channel';
import { portsOfHost } from './ports-of-host';
import { TestCity } from './testing/test-city';
import { deploy, openContract, refusalOf } from './testing/test-gateway';

const never = new AbortController().signal;
const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString('utf8');

/** A city node with a real ledger under it, in memory; chaincode is played. */
async function openCity() {
  const channel = new TestChannel();
  const framework = createFabricFramework({
    yieldTurn: async () => undefined,
    rolesOf: () => ({ organisations: ['Org1MSP', 'Org2MSP'], orderer: { ...channel.orderer, nonce: () => new Uint8Array(24).fill(1) } }),
  });
  const nodes = await createTestNodes({ count: 1, frameworks: [framework] });
  await openTestChain(nodes, TEST_CHAIN, channel.config, 'solo', FABRIC);
  const [node] = nodes;
  if (node === undefined) throw new Error('there is a node');
  const { host } = node;
  const channels = { find: (channelId: string) => (channelId === TEST_CHANNEL ? TEST_CHAIN : undefined), list: () => [TEST_CHANNEL] };
  const mspIds = channel.organisations.map(({ mspId }) => mspId);
  const city = new TestCity(mspIds, channel.organisations, portsOfHost({ host, channels, signal: never }));
  city.commit = async (_channelId, envelope) => {
    const answer = host.submit(TEST_CHAIN, envelope);
    await passTime(nodes, 1_500);
    final(await answer);
    return (await waitForTransaction(host, TEST_CHAIN, readTxId(envelope) ?? '', never)).code;
  };
  city.chaincodes.set('basic', async ([name, key = '', value = '', collection = ''], world) => {
    if (name === 'put') await world.putState(collection, key, Buffer.from(value));
    return text(await world.getState(collection, key));
  });
  const client = { mspId: 'Org1MSP', signer: channel.client };
  return { city, client, contractOf: (name: string) => openContract(city, client, TEST_CHANNEL, name) };
}

function ours(): peer.CollectionConfigPackage {
  const policy = new peer.CollectionPolicyConfig();
  policy.setSignaturePolicy(common.SignaturePolicyEnvelope.deserializeBinary(encodeSignaturePolicy(parsePolicy("OR('Org1MSP.member', 'Org2MSP.member')"))));
  const one = new peer.StaticCollectionConfig();
  one.setName('ours');
  one.setMemberOrgsPolicy(policy);
  one.setMaximumPeerCount(1);
  const config = new peer.CollectionConfig();
  config.setStaticCollectionConfig(one);
  const whole = new peer.CollectionConfigPackage();
  whole.setConfigList([config]);
  return whole;
}

describe('the endorser on a ledger', () => {
  it('deploys, writes, reads and tells of its blocks to the official client, and every endorsement holds in the block', async () => {
    const { city, contractOf } = await openCity();
    await deploy(city, TEST_CHANNEL, { name: 'basic', packages: { Org1MSP: 'basic', Org2MSP: 'basic' }, collections: ours() });
    const basic = contractOf('basic');
    await basic.submitTransaction('put', 'a', '1');
    expect(text(await basic.evaluateTransaction('get', 'a'))).toBe('1');
    await basic.submitTransaction('put', 'secret', 'x', 'ours');
    expect(text(await basic.evaluateTransaction('get', 'secret', '', 'ours'))).toBe('x');

    const qscc = contractOf('qscc');
    const info = common.BlockchainInfo.deserializeBinary(await qscc.evaluateTransaction('GetChainInfo', TEST_CHANNEL));
    expect(info.getHeight()).toBe(6);
    const blocks: Uint8Array[] = [];
    for (let number = 0; number < 6; number += 1) blocks.push(await qscc.evaluateTransaction('GetBlockByNumber', TEST_CHANNEL, String(number)));
    expect(auditBlocks(blocks).findings).toEqual([]);
    expect([...(await qscc.evaluateTransaction('GetBlockByHash', TEST_CHANNEL, Buffer.from(info.getCurrentblockhash_asU8())))]).toEqual([...(blocks[5] ?? [])]);
    const config = common.Config.deserializeBinary(await contractOf('cscc').evaluateTransaction('GetChannelConfig', TEST_CHANNEL));
    expect(config.getChannelGroup()?.getGroupsMap().has('Application')).toBe(true);
    const channels = peer.ChannelQueryResponse.deserializeBinary(await contractOf('cscc').evaluateTransaction('GetChannels'));
    expect(channels.getChannelsList().map((one) => one.getChannelId())).toEqual([TEST_CHANNEL]);
  });

  it('simulates on one height, whatever is committed before it is done', async () => {
    const { city, contractOf } = await openCity();
    await deploy(city, TEST_CHANNEL, { name: 'basic', packages: { Org1MSP: 'basic', Org2MSP: 'basic' } });
    await contractOf('basic').submitTransaction('put', 'a', '1');
    const before = city.chaincodes.get('basic');
    const seen: string[] = [];
    city.chaincodes.set('basic', async (args, world, call: ChaincodeCall, mspId) => {
      if (args[0] !== 'twice') return (await before?.(args, world, call, mspId)) ?? '';
      seen.push(text(await world.getState('', 'a')));
      await contractOf('basic').submitTransaction('put', 'a', '2');
      seen.push(text(await world.getState('', 'a')));
      return '';
    });
    await contractOf('basic').evaluateTransaction('twice');
    expect(seen).toEqual(['1', '1']);
    expect(text(await contractOf('basic').evaluateTransaction('get', 'a'))).toBe('2');
  });

  it('says that a channel is not here, and lets go of every view', async () => {
    const { city, client } = await openCity();
    expect((await refusalOf(openContract(city, client, 'ghost', 'basic').evaluateTransaction('get'))).message).toBe('failed to get config for channel [ghost]: could not get last config for channel ghost');
  });
});
