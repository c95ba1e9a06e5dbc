import { common } from '@hyperledger/fabric-protos';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeHeaderDer, encodeOrdererValue, signBlockSlot, unpackBlock } from '../protocol';
import type { Simulator } from '../state';
import { auditBlocks } from './audit-blocks';
import { TestChannel, type TestCall, type TestTransaction } from './test-channel';
import { TestChannelPeer } from './test-channel-peer';
import { issueTestRevocations, type TestSigner } from './test-organisation';

/** A channel's whole life as the engine has it, for an auditor that derives what should have become of each transaction. */
let revoked: TestSigner;
const channel = new TestChannel(['Org1MSP', 'Org2MSP', 'Org3MSP'], (organisations) => {
  const [first] = organisations;
  if (first === undefined) throw new Error('there is one');
  revoked = first.issue({ units: ['peer'] });
  return {
    organisations: organisations.map(({ mspId, root }) => ({
      mspId,
      rootCertificates: [Buffer.from(root.pem).toString()],
      revocationLists: mspId === first.mspId ? [Buffer.from(issueTestRevocations(root, [revoked.serial])).toString()] : [],
    })),
  };
});
const [org1, org2, org3] = channel.peers as [TestSigner, TestSigner, TestSigner];
const orderer = { ...channel.orderer, nonce: () => new Uint8Array(24).fill(1) };
const [VALID, DUPLICATE, UNENDORSED, STALE, PHANTOM, UNKNOWN] = [0, 9, 10, 11, 12, 25];

let peer: TestChannelPeer;
let blocks: Uint8Array[];
/** Where a transaction stands, by a name of this test. */
const places = new Map<string, { readonly block: number; readonly transaction: number; readonly code: number }>();

interface Step {
  readonly name: string;
  readonly code: number;
  readonly made: TestTransaction;
}

function call(name: string, code: number, chaincode: string, run: (simulator: Simulator) => void, more: Partial<TestCall> = {}): Step {
  const { rwset } = channel.simulate(peer.storage.state, run);
  return { name, code, made: channel.transaction({ chaincode, results: rwset, ...more }) };
}

async function block(...steps: readonly Step[]): Promise<void> {
  const number = peer.storage.height + 1;
  expect(await peer.commit(...steps.map(({ made }) => made.bytes))).toEqual(steps.map(({ code }) => code));
  for (const [transaction, { name, code }] of steps.entries()) places.set(name, { block: number, transaction, code });
}

const put = (key: string, value: string) => (simulator: Simulator) => simulator.putState('and', key, Buffer.from(value));
const change = (key: string) => (simulator: Simulator) => {
  simulator.getState('and', key);
  simulator.putState('and', key, Buffer.from('changed'));
};
const list = (start: string, end: string) => (simulator: Simulator) => {
  const rows = simulator.getStateByRange('and', start, end);
  while (rows.next() !== undefined) continue;
  simulator.putState('and', 'listed', Buffer.from(start));
};
const own = (text: string) => new Map([['VALIDATION_PARAMETER', channel.keyPolicy(text)]]);

beforeAll(async () => {
  peer = await TestChannelPeer.open(channel, { organisations: [], orderer });
  const collections = [
    { name: 'strict', members: "OR('Org1MSP.member')", endorsement: "AND('Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')" },
    { name: 'short', members: "OR('Org1MSP.member')", blockToLive: 1n },
  ];
  const definitions = [
    channel.define('and', { policy: "AND('Org1MSP.peer', 'Org2MSP.peer')", collections }),
    channel.define('some', { policy: "OutOf(2, 'Org1MSP.peer', 'Org2MSP.peer', AND('Org3MSP.peer', 'Org3MSP.client'))" }),
    channel.define('most', { policy: '/Channel/Application/Endorsement' }),
  ];
  await block(...definitions.map((made, index) => ({ name: `definition ${index}`, code: VALID, made })));
  await block(call('by two', VALID, 'and', put('a', '1'), { endorsers: [org1, org2] }), call('by one', UNENDORSED, 'and', put('a', '2'), { endorsers: [org2, org2] }));
  await block(
    call('two of three', VALID, 'some', (one) => one.putState('some', 'x', Buffer.from('1')), { endorsers: [org2, org1] }),
    call('half of an AND', UNENDORSED, 'some', (one) => one.putState('some', 'x', Buffer.from('2')), { endorsers: [org1, org3] }),
    call('a majority', VALID, 'most', (one) => one.putState('most', 'x', Buffer.from('1')), { endorsers: [org3, org1] }),
    call('a minority', UNENDORSED, 'most', (one) => one.putState('most', 'x', Buffer.from('2')), { endorsers: [org3] }),
    call('a revoked peer', UNENDORSED, 'most', (one) => one.putState('most', 'x', Buffer.from('3')), { endorsers: [org3, revoked] }),
    call('a client', UNENDORSED, 'most', (one) => one.putState('most', 'x', Buffer.from('4')), { endorsers: [org3, channel.client] }),
    call('nobody’s chaincode', UNKNOWN, 'ghost', (one) => one.putState('ghost', 'x', Buffer.from('5'))),
    call('another’s keys', UNENDORSED, 'most', (one) => one.putState('and', 'a', Buffer.from('6')), { endorsers: [org1, org3] }),
  );
  const late = call('read before it was changed', STALE, 'and', change('a'));
  await block(call('reads and writes', VALID, 'and', change('a')), call('reads what the block wrote', STALE, 'and', change('a')));
  await block(late, call('a name', VALID, 'and', put('n', '1'), { nonce: 'once' }), call('the name again', DUPLICATE, 'and', put('n', '2'), { nonce: 'once' }));
  const listed = call('a range that grew', PHANTOM, 'and', list('b', 'c'));
  const many = Array.from({ length: 130 }, (_, at) => `m${String(at).padStart(3, '0')}`);
  await block(call('into the range', VALID, 'and', put('b1', '1')), call('a range', PHANTOM, 'and', list('b', 'c')), call('many', VALID, 'and', (one) => many.forEach((key) => put(key, '1')(one))));
  const hashed = call('a long range that shrank', PHANTOM, 'and', list('m', 'n'));
  await block(listed, call('a long range', VALID, 'and', list('m', 'n')), call('out of the range', VALID, 'and', (one) => one.delState('and', 'm070')));
  await block(hashed, call('a long range, shorter', VALID, 'and', list('m', 'n')));
  // Keys with policies of their own, of which the block that sets one knows already.
  await block(
    call('a key’s policy', VALID, 'and', (one) => one.putStateMetadata('and', 'a', own("OR('Org3MSP.peer')")), { endorsers: [org1, org2] }),
    call('a key whose policy moves', UNENDORSED, 'and', put('a', '3')),
    call('metadata of nothing', VALID, 'and', (one) => one.putStateMetadata('and', 'nothing', own("OR('Org3MSP.peer')")), { endorsers: [org1, org2] }),
  );
  await block(call('the key’s own', VALID, 'and', put('a', '4'), { endorsers: [org3] }), call('not the key’s own', UNENDORSED, 'and', put('a', '5'), { endorsers: [org1, org2] }), call('nothing’s policy', VALID, 'and', put('nothing', '1'), { endorsers: [org1, org2] }));
  // Private data: a collection's own policy, an organisation's own collection, and a time that ends.
  const hide = (collection: string) => (one: Simulator) => one.putPrivateData('and', collection, 'k', Buffer.from('hidden'));
  await block(
    call('a collection’s policy', VALID, 'and', hide('strict'), { endorsers: [org1, org2, org3] }),
    call('the chaincode’s alone', UNENDORSED, 'and', hide('strict'), { endorsers: [org1, org2] }),
    call('an organisation’s own', VALID, 'and', hide('_implicit_org_Org3MSP'), { endorsers: [org3] }),
    call('not the organisation’s', UNENDORSED, 'and', hide('_implicit_org_Org3MSP'), { endorsers: [org1, org2] }),
    call('for one block', VALID, 'and', hide('short'), { endorsers: [org1, org2] }),
  );
  const seen = call('read before its time was up', STALE, 'and', (one) => void one.getPrivateDataHash('and', 'short', 'k'), { endorsers: [org1, org2] });
  const there = call('still there', VALID, 'and', (one) => void one.getPrivateDataHash('and', 'short', 'k'), { endorsers: [org1, org2] });
  await block(there);
  await block();
  await block(seen, call('gone', VALID, 'and', (one) => void one.getPrivateDataHash('and', 'short', 'k'), { endorsers: [org1, org2] }));
  blocks = await peer.blocks();
});

function withBlock(at: number, to: (one: common.Block) => void): Uint8Array[] {
  return blocks.map((bytes, number) => {
    if (number !== at) return bytes;
    const read = common.Block.deserializeBinary(bytes);
    to(read);
    return read.serializeBinary();
  });
}

function withCode(name: string, code: number): { readonly at: string; readonly blocks: Uint8Array[] } {
  const place = placeOf(name);
  const changed = withBlock(place.block, (one) => {
    const slots = one.getMetadata()?.getMetadataList_asU8() ?? [];
    const filter = Buffer.from(slots[2] ?? []);
    filter[place.transaction] = code;
    slots[2] = filter;
    one.getMetadata()?.setMetadataList(slots);
  });
  // What follows is of no concern: it would go on from another state.
  return { at: `block ${place.block}: transaction ${place.transaction}: `, blocks: changed.slice(0, place.block + 1) };
}

function placeOf(name: string) {
  const place = places.get(name);
  if (place === undefined) throw new Error(`no transaction is called ${name}`);
  return place;
}

describe('an auditor that begins with a channel’s first block', () => {
  it('finds of each transaction what became of it, and the same state', () => {
    const audit = auditBlocks(blocks);
    expect(audit.findings).toEqual([]);
    expect(audit).toMatchObject({ judged: places.size, commitHashes: blocks.length - 1, transactions: places.size + 1 });
  });

  it('finds every transaction that is said to be valid and is not, and why', () => {
    const wrong = [...places].filter(([, { code }]) => code !== VALID).map(([name, { code }]) => ({ name, code }));
    expect(wrong.length).toBeGreaterThan(12);
    for (const { name, code } of wrong) {
      const { at, blocks: changed } = withCode(name, VALID);
      const found = auditBlocks(changed).findings.filter((words) => words.startsWith(at));
      expect(found, name).toEqual([expect.stringContaining(`it has code 0 and not ${code}: `)]);
    }
  });

  it('finds every valid transaction that is said not to be', () => {
    for (const [index, [name]] of [...places].filter(([, { code }]) => code === VALID).entries()) {
      const code = [UNENDORSED, STALE, PHANTOM, DUPLICATE, 22][index % 5] ?? UNKNOWN;
      const { at, blocks: changed } = withCode(name, code);
      expect(auditBlocks(changed).findings, name).toContain(`${at}it has code ${code} and not 0: nothing is wrong with it`);
    }
  });

  it.each([
    ['by one', 'its endorsements do not satisfy the policy of and'],
    ['nobody’s chaincode', 'nobody defined ghost'],
    ['reads what the block wrote', 'it read and/a, which was changed since'],
    ['a range that grew', 'it read a range of and, in which something was changed since'],
    ['read before its time was up', 'it read a key of and/short, which was changed since'],
    ['the name again', 'an earlier transaction of the block has the same name'],
    ['a key whose policy moves', 'an earlier transaction of the block changed the policy of a key of and that it writes'],
    ['not the key’s own', 'its endorsements do not satisfy the policy of a key of and'],
    ['the chaincode’s alone', 'its endorsements do not satisfy the policy of and/strict'],
  ])('says why %s is not valid', (name, words) => {
    const { at, blocks: changed } = withCode(name, VALID);
    expect(auditBlocks(changed).findings).toContain(`${at}it has code 0 and not ${placeOf(name).code}: ${words}`);
  });

  it('finds a forged endorsement that is said to be valid', () => {
    const broken: TestSigner = { ...org2, sign: (message) => org1.sign(message) };
    const { made } = call('forged', VALID, 'and', put('f', '1'), { endorsers: [org1, broken] });
    const { block: number, transaction } = placeOf('by two');
    const changed = withBlock(number, (one) => {
      const list = one.getData()?.getDataList_asU8() ?? [];
      list[transaction] = made.bytes;
      one.getData()?.setDataList(list);
    });
    const at = `block ${number}: transaction ${transaction}: `;
    expect(auditBlocks(changed).findings).toEqual(expect.arrayContaining([`${at}the endorsement of Org2MSP does not hold`, `${at}it has code 0 and not 10: its endorsements do not satisfy the policy of and`]));
  });

  it('finds a creator whom no authority of the channel knows', () => {
    const stranger = new TestChannel(['Org1MSP']).client;
    const { made } = call('strange', VALID, 'and', put('s', '1'), { creator: stranger });
    const { block: number, transaction } = placeOf('by two');
    const changed = withBlock(number, (one) => {
      const list = one.getData()?.getDataList_asU8() ?? [];
      list[transaction] = made.bytes;
      one.getData()?.setDataList(list);
    });
    expect(auditBlocks(changed).findings).toContain(`block ${number}: transaction ${transaction}: its creator is nobody of the channel`);
  });

  it('finds a block that somebody signed who is no orderer', () => {
    const changed = withBlock(2, (one) => {
      const slots = one.getMetadata()?.getMetadataList_asU8() ?? [];
      slots[0] = signBlockSlot(encodeOrdererValue(0n), encodeHeaderDer(unpackBlock(blocks[2] ?? new Uint8Array(0)).header), org1, Buffer.alloc(24));
      one.getMetadata()?.setMetadataList(slots);
    });
    expect(auditBlocks(changed).findings).toEqual(['block 2: is signed by nobody who may']);
  });
});
