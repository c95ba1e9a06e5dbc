import { describe, expect, it } from 'vitest';
import { TransactionRefused } from '../../core/framework';
import { hashHeader, unpackBlock, VALIDATION_CODES } from './protocol';
import { encodeRwset } from './state';
import { auditBlocks } from './testing/audit-blocks';
import { TestChannel } from './testing/test-channel';
import { TestChannelPeer } from './testing/test-channel-peer';

const { VALID, ENDORSEMENT_POLICY_FAILURE, MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT, DUPLICATE_TXID, INVALID_CHAINCODE, BAD_RWSET, INVALID_ENDORSER_TRANSACTION, ILLEGAL_WRITESET } = VALIDATION_CODES;
const channel = new TestChannel();
const [org1 = channel.client, org2 = channel.client] = channel.peers;

/** A peer with the chaincode `basic`, which one peer of each organisation has to endorse. */
async function openPeer(): Promise<TestChannelPeer> {
  const peer = await TestChannelPeer.open(channel, { organisations: ['Org1MSP'], orderer: { ...channel.orderer, nonce: () => new Uint8Array(24).fill(7) } });
  expect(await peer.commit(channel.define('basic', { policy: "AND('Org1MSP.peer', 'Org2MSP.peer')" }).bytes)).toEqual([VALID]);
  return peer;
}

describe('a block of a channel', () => {
  it('says of each transaction what Fabric would, and keeps those that are not valid', async () => {
    const peer = await openPeer();
    expect(await peer.commit(channel.put('basic', { a: '1', b: '1' }).bytes)).toEqual([VALID]);
    const read = (key: string) => channel.simulate(peer.storage.state, (simulator) => {
      simulator.getState('basic', key);
      simulator.putState('basic', 'seen', Buffer.from(key));
    }).rwset;
    const range = channel.simulate(peer.storage.state, (simulator) => {
      const rows = simulator.getStateByRange('basic', 'a', 'z');
      while (rows.next() !== undefined);
      simulator.putState('basic', 'seen', Buffer.from('range'));
    }).rwset;
    const empty = { reads: [], rangeQueries: [], writes: [], metadataWrites: [], collections: [] };
    const cases: [string, Uint8Array, number][] = [
      ['one that changes what the next has read', channel.put('basic', { a: '2' }).bytes, VALID],
      ['a stale read', channel.transaction({ chaincode: 'basic', results: read('a') }).bytes, MVCC_READ_CONFLICT],
      ['a read that still holds', channel.transaction({ chaincode: 'basic', results: read('b') }).bytes, VALID],
      ['a key that came into a range', channel.transaction({ chaincode: 'basic', results: range }).bytes, PHANTOM_READ_CONFLICT],
      ['one endorser where two are wanted', channel.put('basic', { c: '1' }, { endorsers: [org1] }).bytes, ENDORSEMENT_POLICY_FAILURE],
      ['clients as endorsers', channel.put('basic', { c: '1' }, { endorsers: [org2, channel.client] }).bytes, ENDORSEMENT_POLICY_FAILURE],
      ['a chaincode that is not defined', channel.put('ghost', { c: '1' }).bytes, INVALID_CHAINCODE],
      ['writes to a chaincode that is not defined', channel.transaction({ chaincode: 'basic', results: encodeRwset({ namespaces: [{ ...empty, namespace: 'ghost', writes: [{ key: 'c', isDelete: false, value: Buffer.from('1') }] }] }) }).bytes, INVALID_CHAINCODE],
      ['a namespace twice', channel.transaction({ chaincode: 'basic', results: encodeRwset({ namespaces: [{ ...empty, namespace: 'basic' }, { ...empty, namespace: 'basic' }] }) }).bytes, ILLEGAL_WRITESET],
      ['bytes that are no read-write set', channel.transaction({ chaincode: 'basic', results: Buffer.from('no read-write set') }).bytes, BAD_RWSET],
      ['a response of another proposal', channel.put('basic', { c: '1' }, { args: ['mine'], change: (payload) => replaced(payload, 'mine', 'MINE') }).bytes, INVALID_ENDORSER_TRANSACTION],
      ['one of a transaction that comes twice', channel.put('basic', { d: '1' }, { nonce: 'twice' }).bytes, VALID],
      ['the other one', channel.put('basic', { e: '1' }, { nonce: 'twice' }).bytes, DUPLICATE_TXID],
    ];
    expect(await peer.commit(...cases.map(([, bytes]) => bytes))).toEqual(cases.map(([, , code]) => code));
    const blocks = await peer.blocks();
    expect(blocks.map((bytes) => unpackBlock(bytes).envelopes.length)).toEqual([1, 1, 1, cases.length]);
  });

  it('stands the look of an auditor who shares no code: hashes, names, signatures and commit hashes', async () => {
    const peer = await openPeer();
    await peer.commit(channel.put('basic', { a: '1' }).bytes, channel.put('basic', { a: '2' }, { endorsers: [org1] }).bytes);
    await peer.commit();
    await peer.commit(channel.put('basic', { b: '1' }, { event: { eventName: 'put', payload: Buffer.from('b') } }).bytes);
    const audit = auditBlocks(await peer.blocks());
    // Of each block but the first its orderer's, of each transaction its creator's, and of each of its endorsers.
    expect(audit).toEqual({ blocks: 5, transactions: 5, signatures: 4 + 3 * 3 + 2, commitHashes: 4, judged: 4, findings: [] });
  });

  it('is the same on four peers, each of which executes it from its bytes', async () => {
    const leader = await TestChannelPeer.open(channel);
    const followers = await Promise.all([1, 2, 3].map(() => TestChannelPeer.open(channel)));
    const envelopes = [[channel.define('basic', { policy: "OR('Org1MSP.peer')" }).bytes], [channel.put('basic', { a: '1' }).bytes, channel.put('basic', { b: '1' }, { endorsers: [org2] }).bytes], []];
    for (const transactions of envelopes) {
      const block = await leader.execute(transactions);
      const codes = await leader.keep(block);
      for (const follower of followers) {
        const again = await follower.execute(block.transactions.map(({ bytes }) => bytes), false);
        expect({ ...again, localWrites: undefined }).toEqual({ ...block, localWrites: undefined });
        expect(await follower.keep(again)).toEqual(codes);
      }
    }
    const blocks = await Promise.all([leader, ...followers].map((peer) => peer.blocks()));
    for (const list of blocks) expect(list.map(nameOf)).toEqual((blocks[0] ?? []).map(nameOf));
    expect(new Set(blocks[0]?.map(nameOf)).size).toBe(4);
  });

  it('leaves out what no orderer would have taken, and is wrong where it holds such a thing', async () => {
    const peer = await openPeer();
    const known = channel.put('basic', { a: '1' }, { nonce: 'known' });
    await peer.commit(known.bytes);
    const stranger = new TestChannel();
    const good = channel.put('basic', { b: '1' }).bytes;
    const cases: [string, Uint8Array][] = [
      ['duplicate-txid', known.bytes],
      ['duplicate-txid', channel.put('basic', { z: '1' }, { nonce: 'known' }).bytes],
      ['forbidden', channel.put('basic', { a: '1' }, { creator: stranger.client }).bytes],
      ['forbidden', channel.put('basic', { a: '1' }, { creator: org1 }).bytes],
      ['forbidden', flipped(good)],
      ['not-found', channel.put('basic', { a: '1' }, { channelId: 'other' }).bytes],
      ['bad-request', channel.put('basic', { a: '1' }, { type: 1 }).bytes],
      ['bad-request', channel.put('basic', { a: '1' }, { type: 2 }).bytes],
      ['bad-request', Buffer.concat([good, Buffer.from('1801', 'hex')])],
      ['bad-request', Buffer.from('0a', 'hex')],
    ];
    const block = await peer.execute([good, ...cases.map(([, bytes]) => bytes), good]);
    expect(block.transactions.map(({ bytes }) => bytes)).toEqual([good]);
    expect(block.dropped.map(({ reason }) => reason.code)).toEqual([...cases.map(([code]) => code), 'repeated']);
    for (const [, bytes] of cases) {
      await expect(peer.execute([bytes], false)).rejects.toThrow(/may not be in it/);
      await expect(peer.instance.checkTransaction(bytes, peer.storage.pendingState)).rejects.toBeInstanceOf(TransactionRefused);
    }
    await expect(peer.execute([good, good], false)).rejects.toThrow(/may not be in it/);
  });

  it('refuses in an orderer’s words', async () => {
    const peer = await openPeer();
    const refusal = (bytes: Uint8Array): Promise<unknown> => peer.instance.checkTransaction(bytes, peer.storage.pendingState).catch((error: Error) => error.message);
    expect(await refusal(channel.put('basic', {}, { creator: new TestChannel().client }).bytes)).toBe("implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the 'Writers' sub-policies to be satisfied: permission denied");
    expect(await refusal(channel.put('basic', {}, { channelId: 'other' }).bytes)).toBe('channel does not exist');
    const small = await TestChannelPeer.open(new TestChannel(['Org1MSP'], { envelopeBytesMax: 65_536 }));
    await expect(small.instance.checkTransaction(channel.put('basic', { a: 'x'.repeat(70_000) }).bytes, small.storage.pendingState)).rejects.toThrow(/^message payload is 7\d{4} bytes and exceeds maximum allowed 65536 bytes$/);
  });

  it('holds a policy that a transaction gave a key against all who come later', async () => {
    const peer = await openPeer();
    await peer.commit(channel.define('loose', { policy: "OR('Org1MSP.peer', 'Org2MSP.peer')" }).bytes);
    const guarded = channel.simulate(peer.storage.state, (simulator) => {
      simulator.putState('loose', 'k', Buffer.from('1'));
      simulator.putStateMetadata('loose', 'k', new Map([['VALIDATION_PARAMETER', channel.keyPolicy("AND('Org1MSP.peer', 'Org2MSP.peer')")]]));
    }).rwset;
    expect(await peer.commit(channel.transaction({ chaincode: 'loose', results: guarded, endorsers: [org1] }).bytes, channel.put('loose', { k: 'same block' }, { endorsers: [org1, org2] }).bytes)).toEqual([VALID, ENDORSEMENT_POLICY_FAILURE]);
    expect(await peer.commit(channel.put('loose', { k: '2' }, { endorsers: [org1] }).bytes, channel.put('loose', { other: '2' }, { endorsers: [org1] }).bytes)).toEqual([ENDORSEMENT_POLICY_FAILURE, VALID]);
    expect(await peer.commit(channel.put('loose', { k: '3' }).bytes)).toEqual([VALID]);
  });
});

/** The hash of its header. */
function nameOf(block: Uint8Array): string {
  return Buffer.from(hashHeader(unpackBlock(block).header)).toString('hex');
}

function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.write(to, copy.indexOf(from));
  return copy;
}

/** The last byte of the signature another one. */
function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 1;
  return copy;
}
