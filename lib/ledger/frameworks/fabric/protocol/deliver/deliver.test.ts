import { common, ledger, orderer, peer } from '@hyperledger/fabric-protos';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../testing/random';
import { readRealBlocks } from '../../vectors/read-block-file';
import { buildHeader } from '../block/build-block';
import { filterBlock } from '../block/filter-block';
import { metadataSlots } from '../block/metadata';
import { unpackBlock } from '../block/unpack-block';
import { connectLocally } from '../testing/local-client';
import { makeMessage, serialise } from '../testing/make-message';
import { createIdentity, findAmong, type TestIdentity } from '../testing/test-organisations';
import { deliverBlock, deliverBlockAndPrivateData, deliverFilteredBlock, deliverStatus } from './deliver-answers';
import { resolveSeek } from './resolve-seek';
import { DeliverRefused, unpackDeliver } from './unpack-deliver';

let alice: TestIdentity;
beforeAll(async () => {
  alice = await createIdentity('Org1MSP', 'alice');
});

const text = (value: string) => Buffer.from(value);
const now = Date.parse('2026-11-30T12:00:00Z');

function statusOf(act: () => unknown): number | string {
  try {
    act();
  } catch (error) {
    if (error instanceof DeliverRefused) return error.status;
    throw error;
  }
  return 'taken';
}

/** A request as clients make it, with wrong parts. */
function request(wrong: { channel?: object; header?: null; payload?: Buffer; sender?: Buffer } = {}): Buffer {
  const time = common.ChannelHeader.deserializeBinary(Buffer.from('1a0608c0b5b1c906', 'hex')).getTimestamp();
  time?.setSeconds(now / 1_000);
  const channel = serialise(common.ChannelHeader, { Type: 5, ChannelId: 'one', Timestamp: time, ...wrong.channel });
  const header = wrong.header === null ? undefined : makeMessage(common.Header, { ChannelHeader: channel, SignatureHeader: wrong.sender ?? serialise(common.SignatureHeader, { Creator: text('creator') }) });
  return serialise(common.Envelope, { Payload: wrong.payload ?? serialise(common.Payload, { Header: header, Data: text('seek') }), Signature: text('s') });
}

describe('a request for blocks', () => {
  it('of the official client is read with its place, and signed over what we verify', () => {
    const { gateway } = connectLocally({ client: alice, endorsers: [alice], findIdentity: findAmong([alice]), play: () => ({ result: '' }) });
    const network = gateway.getNetwork('one');
    for (const made of [network.newBlockEventsRequest({ startBlock: 7n }), network.newFilteredBlockEventsRequest({ startBlock: 7n }), network.newBlockAndPrivateDataEventsRequest({ startBlock: 7n })]) {
      const read = unpackDeliver(made.getBytes(), Date.now());
      expect(read.channelId).toBe('one');
      expect(Buffer.from(read.creator).equals(alice.serialized)).toBe(true);
      expect(resolveSeek(read.seek, 9n)).toEqual({ first: 7n, last: BigInt(Number.MAX_SAFE_INTEGER), failIfNotReady: false });
      const signed = gateway.newSignedBlockEventsRequest(made.getBytes(), alice.sign(read.payload)).getBytes();
      const again = unpackDeliver(signed, Date.now());
      expect(findAmong([alice])(again.creator)?.verify(again.payload, again.signature)).toBe(true);
    }
    expect(resolveSeek(unpackDeliver(network.newBlockEventsRequest().getBytes(), Date.now()).seek, 9n)).toMatchObject({ first: 9n });
  });

  it.each([
    ['bytes that are none', Buffer.from('0a05', 'hex')],
    ['a payload that is none', request({ payload: Buffer.from('0a05', 'hex') })],
    ['no header', request({ header: null })],
    ['a sender that is none', request({ sender: Buffer.from('0a05', 'hex') })],
    ['no time', request({ channel: { Timestamp: undefined } })],
    ['more bytes than may be', Buffer.alloc(2 ** 21 + 1)],
  ])('is a bad one with %s', (_name, bytes) => {
    expect(statusOf(() => unpackDeliver(bytes, now))).toBe(400);
  });

  it('is a bad one from another time', () => {
    expect(statusOf(() => unpackDeliver(request(), now + 900_000))).toBe('taken');
    expect(statusOf(() => unpackDeliver(request(), now + 900_001))).toBe(400);
    expect(statusOf(() => unpackDeliver(request(), now + 2_000, 1_000))).toBe(400);
  });

  it.each([[71], [72]])('that is damaged is refused or read, never an accident, seed %i', (seed) => {
    const random = createRandom(seed);
    for (let run = 0; run < 400; run += 1) {
      const damaged = request();
      const at = random.below(damaged.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 + random.below(255));
      expect(['taken', 400]).toContain(statusOf(() => unpackDeliver(damaged, now)));
      expect(['taken', 400, 404]).toContain(statusOf(() => resolveSeek(random.bytes(random.below(20)), 5n)));
    }
  });
});

describe('a place to seek', () => {
  const positions = {
    oldest: { Oldest: new orderer.SeekOldest() },
    newest: { Newest: new orderer.SeekNewest() },
    next: { NextCommit: new orderer.SeekNextCommit() },
    nowhere: {},
  };
  type At = keyof typeof positions | number;
  const position = (at: At) => makeMessage(orderer.SeekPosition, typeof at === 'number' ? { Specified: makeMessage(orderer.SeekSpecified, { Number: at }) } : positions[at]);
  const seek = (start: At | undefined, stop: At | undefined, more: object = {}) => serialise(orderer.SeekInfo, { Start: start === undefined ? undefined : position(start), Stop: stop === undefined ? undefined : position(stop), ...more });

  it.each<[At, At, bigint, bigint]>([
    ['oldest', 'oldest', 0n, 0n],
    ['oldest', 'newest', 0n, 9n],
    ['newest', 'newest', 9n, 9n],
    [4, 'oldest', 4n, 4n],
    [4, 4, 4n, 4n],
    [10, 99, 10n, 99n],
    ['next', 99, 10n, 99n],
    [0, 'next', 0n, 10n],
  ])('from %s to %s is a range of ten blocks and of those to come', (start, stop, first, last) => {
    expect(resolveSeek(seek(start, stop), 10n)).toEqual({ first, last, failIfNotReady: false });
  });

  it('may not wait for what is not there', () => {
    expect(resolveSeek(seek(0, 99, { Behavior: 1 }), 10n).failIfNotReady).toBe(true);
  });

  it.each<[string, Buffer, number]>([
    ['no start', seek(undefined, 4), 400],
    ['no stop', seek(4, undefined), 400],
    ['a start at no place', seek('nowhere', 4), 400],
    ['a stop before its start', seek(5, 4), 400],
    ['a stop before its start, which is to come', seek('next', 'newest'), 400],
    ['a start beyond the next block', seek(11, 12), 404],
    ['a start at two places', Buffer.concat([seek(1, 2), seek('newest', 2)]), 400],
    ['bytes that are none', Buffer.from('0a05', 'hex'), 400],
  ])('is none with %s', (_name, bytes, status) => {
    expect(statusOf(() => resolveSeek(bytes, 10n))).toBe(status);
  });
});

describe('what is delivered', () => {
  const real = readRealBlocks().map((bytes) => ({ bytes, block: unpackBlock(bytes) }));

  it('is the block byte for byte', () => {
    for (const { bytes } of real) expect(Buffer.from(peer.DeliverResponse.deserializeBinary(deliverBlock(bytes)).getBlock()?.serializeBinary() ?? []).equals(bytes)).toBe(true);
  });

  it('is filtered to names, codes and events without payload', () => {
    const filtered = real.map(({ block }) => peer.DeliverResponse.deserializeBinary(deliverFilteredBlock(filterBlock(block))).getFilteredBlock()?.toObject());
    expect(filtered.map((one) => one?.number)).toEqual([...real.keys()]);
    expect(new Set(filtered.map((one) => one?.channelId))).toEqual(new Set(['testchannel']));
    const transactions = filtered.flatMap((one) => one?.filteredTransactionsList ?? []);
    expect(transactions.filter((one) => one.type === common.HeaderType.CONFIG)).toHaveLength(5);
    expect(transactions.filter((one) => one.type === common.HeaderType.ENDORSER_TRANSACTION)).toHaveLength(15);
    for (const one of transactions) expect(one.txValidationCode).toBe(0);
    const events = transactions.flatMap((one) => one.transactionActions?.chaincodeActionsList ?? []);
    for (const event of events) expect(event.chaincodeEvent?.payload).toBe('');
  });

  it('keeps the event of an endorsed transaction and drops its payload', () => {
    const event = { ChaincodeId: 'basic', TxId: 'ab', EventName: 'created', Payload: text('secret') };
    const action = serialise(peer.ChaincodeAction, { Events: serialise(peer.ChaincodeEvent, event) });
    const responsePayload = serialise(peer.ProposalResponsePayload, { Extension$: action });
    const actionPayload = serialise(peer.ChaincodeActionPayload, { Action: makeMessage(peer.ChaincodeEndorsedAction, { ProposalResponsePayload: responsePayload }) });
    const header = makeMessage(common.Header, { ChannelHeader: serialise(common.ChannelHeader, { Type: 3, ChannelId: 'one', TxId: 'ab' }) });
    const payload = serialise(common.Payload, { Header: header, Data: serialise(peer.Transaction, { ActionsList: [makeMessage(peer.TransactionAction, { Payload: actionPayload })] }) });
    const envelope = serialise(common.Envelope, { Payload: payload });
    const metadata = metadataSlots({ TRANSACTIONS_FILTER: Uint8Array.of(11, 255) });
    const read = filterBlock({ header: buildHeader(3n, text(''), []), envelopes: [envelope, Buffer.from('0a05', 'hex')], metadata });
    expect(peer.DeliverResponse.deserializeBinary(deliverFilteredBlock(read)).getFilteredBlock()?.toObject()).toEqual({
      channelId: 'one',
      number: 3,
      filteredTransactionsList: [
        { txid: 'ab', type: 3, txValidationCode: 11, transactionActions: { chaincodeActionsList: [{ chaincodeEvent: { chaincodeId: 'basic', txId: 'ab', eventName: 'created', payload: '' } }] } },
      ],
    });
  });

  it('holds private data by the place of its transaction', () => {
    const { bytes } = real[13] ?? { bytes: Buffer.alloc(0) };
    const written = serialise(ledger.rwset.TxPvtReadWriteSet, { NsPvtRwsetList: [makeMessage(ledger.rwset.NsPvtReadWriteSet, { Namespace: 'basic' })] });
    const read = peer.DeliverResponse.deserializeBinary(deliverBlockAndPrivateData(bytes, new Map([[2n, written]]))).getBlockAndPrivateData();
    expect(Buffer.from(read?.getBlock()?.serializeBinary() ?? []).equals(bytes)).toBe(true);
    expect(read?.getPrivateDataMapMap().get(2)?.getNsPvtRwsetList()[0]?.getNamespace()).toBe('basic');
  });

  it('is a status where there is no block', () => {
    expect(peer.DeliverResponse.deserializeBinary(deliverStatus(404)).getStatus()).toBe(common.Status.NOT_FOUND);
  });
});
