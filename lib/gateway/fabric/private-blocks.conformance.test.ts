import type { ledger } from '@hyperledger/fabric-protos';
import kvrwset from '@hyperledger/fabric-protos/lib/ledger/rwset/kvrwset/kv_rwset_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployChaincode, type TestCollection } from './testing/deploy-chaincode';
import { openTestDoor, type TestDoor } from './testing/open-test-door';

const ONE = ['Org1MSP'];
const BOTH = ['Org1MSP', 'Org2MSP'];
const before: readonly TestCollection[] = [
  { name: 'ours', members: ONE, memberOnlyRead: true },
  { name: 'left', members: BOTH, memberOnlyRead: true },
  { name: 'open', members: ONE },
  { name: 'short', members: BOTH, memberOnlyRead: true, blockToLive: 4 },
];
/** Org2 comes into `ours`, and goes out of `left`. */
const after: readonly TestCollection[] = [
  { name: 'ours', members: BOTH, memberOnlyRead: true },
  { name: 'left', members: ONE, memberOnlyRead: true },
  { name: 'open', members: ONE },
  { name: 'short', members: BOTH, memberOnlyRead: true, blockToLive: 4 },
];

let test: TestDoor;
const blocks: Record<string, number> = {};

async function put(collection: string): Promise<number> {
  const commit = await test.contract().submitAsync('put', { arguments: [`k-${collection}`, `hidden in ${collection}`, collection], endorsingOrganizations: ['Org1MSP', 'Org2MSP'] });
  const { successful, blockNumber } = await commit.getStatus();
  expect(successful).toBe(true);
  return Number(blockNumber);
}

beforeAll(async () => {
  test = await openTestDoor();
  await deployChaincode(test, 'basic', { sequence: 2, collections: before });
  for (const name of ['ours', 'left', 'open', '_implicit_org_Org1MSP']) blocks[name] = await put(name);
});
afterAll(() => test.close());

/** Collection and value of what came with a block, in order. */
async function read(mspId: string, block: number | undefined): Promise<string[]> {
  if (block === undefined) throw new Error('there is such a block');
  const events = await test.connect(mspId).getNetwork(test.city.channelId).getBlockAndPrivateDataEvents({ startBlock: BigInt(block) });
  for await (const event of events) {
    events.close();
    expect(event.getBlock()?.getHeader()?.getNumber()).toBe(block);
    const sets = [...event.getPrivateDataMapMap().entries()];
    expect(sets.every(([transaction]) => transaction === 0)).toBe(true);
    return sets.flatMap(([, set]) => set.getNsPvtRwsetList()).flatMap((namespace) => namespace.getCollectionPvtRwsetList()).flatMap(listWrites);
  }
  throw new Error('no block came');
}

function listWrites(collection: ledger.rwset.CollectionPvtReadWriteSet): string[] {
  const writes = kvrwset.KVRWSet.deserializeBinary(collection.getRwset_asU8()).getWritesList();
  return writes.map((write) => `${collection.getCollectionName()}: ${Buffer.from(write.getValue_asU8()).toString()}`);
}

const readers = (block: number | undefined) => Promise.all(['Org1MSP', 'Org2MSP'].map((mspId) => read(mspId, block)));

describe('private data that come with blocks', () => {
  it.each([
    ['for members alone reach members, and nobody else', 'ours', [['ours: hidden in ours'], []]],
    ['of two organisations reach readers of both', 'left', [['left: hidden in left'], ['left: hidden in left']]],
    ['that others may read are at the members’ peers, and not at theirs', 'open', [['open: hidden in open'], []]],
    ['of one organisation’s own collection stay there', '_implicit_org_Org1MSP', [['_implicit_org_Org1MSP: hidden in _implicit_org_Org1MSP'], []]],
  ])('%s', async (_name, collection, expected) => {
    expect(await readers(blocks[collection])).toEqual(expected);
  });

  it('reach who was a member then: a later definition gives nobody the old ones, and takes them from nobody', async () => {
    await deployChaincode(test, 'basic', { sequence: 3, collections: after });
    expect(await readers(blocks.ours)).toEqual([['ours: hidden in ours'], []]);
    expect(await readers(blocks.left)).toEqual([['left: hidden in left'], ['left: hidden in left']]);
    const [ours, left] = [await put('ours'), await put('left')];
    expect(await readers(ours)).toEqual([['ours: hidden in ours'], ['ours: hidden in ours']]);
    expect(await readers(left)).toEqual([['left: hidden in left'], []]);
  });

  it('are gone with the block that ends their time', async () => {
    const block = await put('short');
    for (let more = 0; more < 5; more += 1) {
      expect(await readers(block)).toEqual([['short: hidden in short'], ['short: hidden in short']]);
      await put('open');
    }
    expect(await readers(block)).toEqual([[], []]);
  });
});
