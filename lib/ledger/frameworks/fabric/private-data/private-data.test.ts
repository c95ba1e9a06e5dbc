import { describe, expect, it } from 'vitest';
import type { ExecutedBlock } from '../../../core/framework';
import { LOCAL_KEYS_FROM } from '../chain-keys';
import { VALIDATION_CODES } from '../protocol';
import { decodePrivateRwset, encodePrivateRwset, encodeRwset, worldState, type SimulationResult } from '../state';
import { TestChannel, type TestTransaction } from '../testing/test-channel';
import { TestChannelPeer } from '../testing/test-channel-peer';
import { aside, asideBounds } from './plaintext-store';

const channel = new TestChannel();
const definition = channel.define('secrets', {
  policy: "OR('Org1MSP.peer', 'Org2MSP.peer')",
  collections: [
    { name: 'ours', members: "OR('Org1MSP.member')" },
    { name: 'guarded', members: "OR('Org1MSP.member')", endorsement: "AND('Org1MSP.peer', 'Org2MSP.peer')" },
    { name: 'short', members: "OR('Org1MSP.member')", blockToLive: 2n },
    { name: 'peers', members: "OR('Org1MSP.peer')" },
    { name: 'clients', members: "OR('Org1MSP.client')" },
  ],
});

interface Secret extends TestTransaction {
  readonly plaintext: Uint8Array;
}

async function open(organisations: readonly string[]): Promise<TestChannelPeer> {
  const peer = await TestChannelPeer.open(channel, { organisations });
  await peer.commit(definition.bytes);
  return peer;
}

function write(peer: TestChannelPeer, key: string, value: string, collection = 'ours'): Secret {
  const { rwset, privateRwset = new Uint8Array(0) }: SimulationResult = channel.simulate(peer.storage.state, (simulator) => simulator.putPrivateData('secrets', collection, key, Buffer.from(value)));
  return { ...channel.transaction({ chaincode: 'secrets', results: rwset }), plaintext: privateRwset };
}

function plain(peer: TestChannelPeer, key: string, collection = 'ours'): string | undefined {
  const found = worldState(peer.storage.state, peer.storage.state).getPrivate('secrets', collection, key);
  return found && Buffer.from(found.value).toString();
}

const own = (peer: TestChannelPeer) => peer.storage.state.range({ from: Uint8Array.of(LOCAL_KEYS_FROM), to: Uint8Array.of(0xff), limit: 1_000 });
const shared = (peer: TestChannelPeer) => peer.storage.state.range({ from: Uint8Array.of(0), to: Uint8Array.of(LOCAL_KEYS_FROM), limit: 1_000 }).map(({ key, value }) => `${Buffer.from(key).toString('hex')}=${Buffer.from(value).toString('hex')}`);
const roots = ({ stateRoot, receiptRoot, transactionRoot, frameworkHeader }: ExecutedBlock) => [stateRoot, receiptRoot, transactionRoot, Buffer.from(frameworkHeader).toString('hex')];

describe('private data of a channel', () => {
  it('reach a member that put them aside, and change nothing of what all peers have alike', async () => {
    const [member, stranger, forgetful] = [await open(['Org1MSP']), await open(['Org2MSP']), await open(['Org1MSP'])];
    const secret = write(member, 'k', 'hidden');
    await member.keepLocally({ kind: 'put-aside', txId: secret.txId, plaintext: secret.plaintext });
    const block = await member.execute([secret.bytes]);
    for (const peer of [stranger, forgetful]) expect(roots(await peer.execute([secret.bytes], false))).toEqual(roots(block));
    expect(await member.keep(block)).toEqual([VALIDATION_CODES.VALID]);
    await Promise.all([stranger, forgetful].map((peer) => peer.follow(block)));
    expect([member, stranger, forgetful].map((peer) => plain(peer, 'k'))).toEqual(['hidden', undefined, undefined]);
    expect(shared(stranger)).toEqual(shared(member));
    expect(shared(forgetful)).toEqual(shared(member));
    const position = { block: 2, transaction: 0, namespace: 'secrets', collection: 'ours' };
    expect(await Promise.all([member, stranger, forgetful].map((peer) => peer.query({ kind: 'missing-private-data', limit: 10 })))).toEqual([[], [], [position]]);
  });

  it('are an organisation’s peer’s where the policy names its peers, and nobody’s here where it names its clients alone', async () => {
    for (const [collection, value] of [['peers', 'hidden'], ['clients', undefined]] as const) {
      const [member, lacking] = [await open(['Org1MSP']), await open(['Org1MSP'])];
      const secret = write(member, 'k', 'hidden', collection);
      await member.keepLocally({ kind: 'put-aside', txId: secret.txId, plaintext: secret.plaintext });
      const block = await member.execute([secret.bytes]);
      await member.keep(block);
      await lacking.follow(block);
      expect([plain(member, 'k', collection), (await lacking.query({ kind: 'missing-private-data', limit: 10 })).length]).toEqual([value, value === undefined ? 0 : 1]);
    }
  });

  it('come from the simulation that was ordered, of several that put something aside', async () => {
    const peer = await open(['Org1MSP']);
    const [first, second] = [write(peer, 'k', 'first'), write(peer, 'k', 'second')];
    const transaction = channel.transaction({ chaincode: 'secrets', results: channel.simulate(peer.storage.state, (simulator) => simulator.putPrivateData('secrets', 'ours', 'k', Buffer.from('second'))).rwset });
    for (const { plaintext } of [first, second, first]) await peer.keepLocally({ kind: 'put-aside', txId: transaction.txId, plaintext });
    await peer.commit(transaction.bytes);
    expect(plain(peer, 'k')).toBe('second');
  });

  it('do not stay aside once the transaction came, whatever became of it', async () => {
    const peer = await open(['Org1MSP']);
    const { rwset, privateRwset = new Uint8Array(0) } = channel.simulate(peer.storage.state, (simulator) => simulator.putPrivateData('secrets', 'ours', 'k', Buffer.from('v')));
    const refused = channel.transaction({ chaincode: 'secrets', results: rwset, endorsers: [channel.client] });
    await peer.keepLocally({ kind: 'put-aside', txId: refused.txId, plaintext: privateRwset });
    const holds = (): boolean => aside.list(refused.txId, peer.storage.state).length > 0;
    expect(holds()).toBe(true);
    expect(await peer.commit(refused.bytes)).toEqual([VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE]);
    expect([holds(), plain(peer, 'k')]).toEqual([false, undefined]);
  });

  it('are put aside within limits, and only as what they are', async () => {
    const peer = await open(['Org1MSP']);
    await expect(peer.keepLocally({ kind: 'put-aside', txId: 'tx', plaintext: Buffer.from('0aff', 'hex') })).rejects.toMatchObject({ code: 'rwset-malformed' });
    const plaintext = (value: string) => encodePrivateRwset({ namespaces: [{ namespace: value, collections: [] }] });
    for (let count = 0; count < asideBounds.eachMax; count += 1) await peer.keepLocally({ kind: 'put-aside', txId: 'tx', plaintext: plaintext(`${count}`) });
    await expect(peer.keepLocally({ kind: 'put-aside', txId: 'tx', plaintext: plaintext('one more') })).rejects.toMatchObject({ code: 'limit-reached' });
    await peer.keepLocally({ kind: 'put-aside', txId: 'another', plaintext: plaintext('0') });
  });

  it('that did not come are taken in later, when they are what the block promised', async () => {
    const [member, late] = [await open(['Org1MSP']), await open(['Org1MSP'])];
    const secret = write(member, 'k', 'hidden');
    await member.keepLocally({ kind: 'put-aside', txId: secret.txId, plaintext: secret.plaintext });
    const block = await member.execute([secret.bytes]);
    await member.keep(block);
    await late.follow(block);
    const [position] = await late.query({ kind: 'missing-private-data', limit: 10 });
    if (position === undefined) throw new Error('something is missing');
    const hash = (await late.query({ kind: 'promised-hash', position })) ?? new Uint8Array(0);
    const given = (await member.query({ kind: 'block-private-data', number: position.block })).get(position.transaction) ?? new Uint8Array(0);
    const plaintext = decodePrivateRwset(given).namespaces[0]?.collections[0]?.rwset ?? new Uint8Array(0);
    await late.keepLocally({ kind: 'reconcile', late: { position, hash, plaintext: Buffer.from('something else') } });
    expect(plain(late, 'k')).toBeUndefined();
    await late.keepLocally({ kind: 'reconcile', late: { position, hash, plaintext } });
    expect([plain(late, 'k'), await late.query({ kind: 'missing-private-data', limit: 10 })]).toEqual(['hidden', []]);
    expect(shared(late)).toEqual(shared(member));
  });

  it('that came before its organisation had a peer here are noted once it has', async () => {
    const roles = { organisations: ['Org2MSP'] };
    const [member, later] = [await open(['Org1MSP']), await TestChannelPeer.open(channel, roles)];
    await later.commit(definition.bytes);
    const secret = write(member, 'k', 'hidden');
    const block = await member.execute([secret.bytes]);
    await member.keep(block);
    await later.follow(block);
    const missing = () => later.query({ kind: 'missing-private-data', limit: 10 });
    expect(await missing()).toEqual([]);
    roles.organisations.push('Org1MSP');
    const positions = await later.query({ kind: 'unnoted-private-data', limit: 10 });
    await later.keepLocally({ kind: 'note-missing', positions });
    expect(await missing()).toEqual([{ block: 2, transaction: 0, namespace: 'secrets', collection: 'ours' }]);
    const before = own(later);
    await later.keepLocally({ kind: 'note-missing', positions });
    expect(own(later)).toEqual(before);
  });

  it('that a snapshot did not bring are found by their hashes and noted', async () => {
    const [member, joined] = [await open(['Org1MSP']), await open(['Org1MSP'])];
    const secret = write(member, 'k', 'hidden');
    await member.keepLocally({ kind: 'put-aside', txId: secret.txId, plaintext: secret.plaintext });
    const block = await member.execute([secret.bytes]);
    await member.keep(block);
    await joined.follow(block);
    // As after a join: nothing under its own keys.
    await joined.storage.writeLocal(own(joined).map(({ key }) => ({ key })));
    expect(await joined.query({ kind: 'missing-private-data', limit: 10 })).toEqual([]);
    const positions = await joined.query({ kind: 'unnoted-private-data', limit: 10 });
    expect(positions).toEqual([{ block: 2, transaction: 0, namespace: 'secrets', collection: 'ours' }]);
    await joined.keepLocally({ kind: 'note-missing', positions: [...positions, ...positions] });
    await joined.keepLocally({ kind: 'note-missing', positions });
    expect(await joined.query({ kind: 'missing-private-data', limit: 10 })).toEqual(positions);
    expect(await member.query({ kind: 'unnoted-private-data', limit: 10 })).toEqual([]);
  });

  it.each([
    ['a collection without a policy of its own asks for the chaincode’s', 'ours', [VALIDATION_CODES.VALID, VALIDATION_CODES.VALID, VALIDATION_CODES.VALID]],
    ['a collection’s own policy counts before the chaincode’s', 'guarded', [VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE, VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE, VALIDATION_CODES.VALID]],
    ['an organisation’s own collection is its own peers’ to endorse', '_implicit_org_Org2MSP', [VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE, VALIDATION_CODES.VALID, VALIDATION_CODES.VALID]],
  ])('%s', async (_name, collection, codes) => {
    const peer = await open(['Org1MSP']);
    const [org1, org2] = channel.peers;
    if (org1 === undefined || org2 === undefined) throw new Error('there are two peers');
    const transactions = [[org1], [org2], [org1, org2]].map((endorsers, at) => {
      const { rwset } = channel.simulate(peer.storage.state, (simulator) => simulator.putPrivateData('secrets', collection, `k${at}`, Buffer.from('v')));
      return channel.transaction({ chaincode: 'secrets', results: rwset, endorsers }).bytes;
    });
    expect(await peer.commit(...transactions)).toEqual(codes);
  });

  it('cannot be written to a collection that is not defined, nor to that of an organisation outside the channel', async () => {
    const peer = await open(['Org1MSP']);
    const transactions = ['ghost', '_implicit_org_Org9MSP'].map((collection) => {
      const hashed = { collection, reads: [], writes: [{ keyHash: new Uint8Array(32), isDelete: false, isPurge: false, valueHash: new Uint8Array(32).fill(1) }], metadataWrites: [], privateRwsetHash: new Uint8Array(32) };
      return channel.transaction({ chaincode: 'secrets', results: encodeRwset({ namespaces: [{ namespace: 'secrets', reads: [], rangeQueries: [], writes: [], metadataWrites: [], collections: [hashed] }] }) }).bytes;
    });
    expect(await peer.commit(...transactions)).toEqual([VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE, VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE]);
  });

  it('that expire leave with the block that takes their hashes', async () => {
    const peer = await open(['Org1MSP']);
    const secret = write(peer, 'k', 'for two blocks', 'short');
    await peer.keepLocally({ kind: 'put-aside', txId: secret.txId, plaintext: secret.plaintext });
    await peer.commit(secret.bytes);
    for (const expected of ['for two blocks', 'for two blocks', undefined]) {
      await peer.commit();
      expect(plain(peer, 'k', 'short')).toBe(expected);
    }
  });
});
