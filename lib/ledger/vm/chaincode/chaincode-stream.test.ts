import chaincodePb from '@hyperledger/fabric-protos/lib/peer/chaincode_pb';
import eventPb from '@hyperledger/fabric-protos/lib/peer/chaincode_event_pb';
import peer from '@hyperledger/fabric-protos/lib/peer/chaincode_shim_pb';
import proposalPb from '@hyperledger/fabric-protos/lib/peer/proposal_pb';
import responsePb from '@hyperledger/fabric-protos/lib/peer/proposal_response_pb';
import { describe, expect, it } from 'vitest';
import { createManualPorts } from '../../testing/manual-ports';
import { decodeResponse, encodeInput } from './messages';
import type { ChaincodeCall } from './running-transaction';
import { MemoryWorld, PACKAGE_ID, ScriptedChaincode } from './testing';

const { Type } = peer.ChaincodeMessage;
const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const text = (payload: Uint8Array) => Buffer.from(payload).toString();

function open(limits = {}) {
  const manual = createManualPorts();
  const chaincode = new ScriptedChaincode(manual.ports.schedule, limits);
  const world = new MemoryWorld();
  const call = (txId: string, more: Partial<ChaincodeCall> = {}): ChaincodeCall => ({
    kind: 'transaction',
    channel: 'ch',
    txId,
    input: encodeInput([bytes('read')]),
    world,
    timeoutMs: 1_000,
    ...more,
  });
  return { chaincode, world, manual, call };
}

function opened(limits = {}) {
  const all = open(limits);
  all.chaincode.register();
  return all;
}

function getState(key: string, collection = '') {
  const request = new peer.GetState();
  request.setKey(key);
  request.setCollection(collection);
  return request;
}

function completed(payload: string): Uint8Array {
  const response = new responsePb.Response();
  response.setStatus(200);
  response.setMessage('fine');
  response.setPayload(bytes(payload));
  return response.serializeBinary();
}

describe('a chaincode registers', () => {
  it('under the name of its package, and is told REGISTERED and READY', async () => {
    const { chaincode } = opened();
    await chaincode.stream.ready;
    expect(chaincode.heard.map((one) => one.getType())).toEqual([Type.REGISTERED, Type.READY]);
  });

  it('and loses the stream under another name', async () => {
    const { chaincode } = open();
    chaincode.register('other:ff');
    await expect(chaincode.stream.ready).rejects.toMatchObject({ code: 'stream-terminated' });
    expect(chaincode.endedBy?.message).toBe(`the chaincode registered as "other:ff", not as "${PACKAGE_ID}"`);
  });

  it('before anything else', () => {
    const { chaincode } = open();
    chaincode.say('GET_STATE', 'ch', 'tx', getState('a').serializeBinary());
    expect(chaincode.endedBy?.message).toBe('error handling message, ending stream: [tx] Fabric side handler cannot handle message (GET_STATE) while in created state');
  });

  it('within its time', () => {
    const { chaincode, manual } = open();
    manual.advance(10_000);
    expect(chaincode.endedBy?.message).toMatch(/did not register/);
    expect(manual.scheduled()).toBe(0);
  });

  it('once: nothing runs before, and calls made then are told so', async () => {
    const { chaincode, call } = open();
    await expect(chaincode.stream.execute(call('tx'))).rejects.toMatchObject({ code: 'stream-terminated' });
  });
});

describe('a transaction', () => {
  it('brings its input and signed proposal to the chaincode, byte for byte, and the answer back', async () => {
    const { chaincode, call } = opened();
    const proposal = new proposalPb.SignedProposal();
    proposal.setProposalBytes(bytes('proposal'));
    proposal.setSignature(bytes('signature'));
    const answer = chaincode.stream.execute(call('tx', { proposal: proposal.serializeBinary() }));
    const asked = chaincode.heard[2]!;
    expect(asked.getType()).toBe(Type.TRANSACTION);
    expect(asked.getProposal()?.getSignature_asU8()).toEqual(bytes('signature'));
    expect(chaincodePb.ChaincodeInput.deserializeBinary(asked.getPayload_asU8()).getArgsList_asU8().map(text)).toEqual(['read']);
    const event = new eventPb.ChaincodeEvent();
    event.setEventName('moved');
    const message = new peer.ChaincodeMessage();
    message.setType(Type.COMPLETED);
    message.setTxid('tx');
    message.setChannelId('ch');
    message.setPayload(completed('value'));
    message.setChaincodeEvent(event);
    chaincode.stream.receive(message.serializeBinary());
    const reply = await answer;
    expect(reply.isError).toBe(false);
    expect({ ...decodeResponse(reply.payload), payload: text(decodeResponse(reply.payload).payload) }).toEqual({ status: 200, message: 'fine', payload: 'value' });
    expect(eventPb.ChaincodeEvent.deserializeBinary(reply.event!).getEventName()).toBe('moved');
  });

  it('is told from others by channel and id: answers in any order go to their own', async () => {
    const { chaincode, call } = opened();
    const names = [['a', 'bc'], ['ab', 'c'], ['', 'abc']] as const;
    const answers = names.map(([channel, txId]) => chaincode.stream.execute(call(txId, { channel })));
    for (const [channel, txId] of names.toReversed()) chaincode.say('COMPLETED', channel, txId, bytes(`${channel}|${txId}`));
    expect((await Promise.all(answers)).map(({ payload }) => text(payload))).toEqual(['a|bc', 'ab|c', '|abc']);
    expect(chaincode.stream.running).toBe(0);
  });

  it('gets the text of an ERROR', async () => {
    const { chaincode, call } = opened();
    const answer = chaincode.stream.execute(call('tx'));
    chaincode.say('ERROR', 'ch', 'tx', bytes('no such asset'));
    expect(await answer).toMatchObject({ isError: true, payload: bytes('no such asset') });
  });

  it('runs once at a time', async () => {
    const { chaincode, call } = opened();
    void chaincode.stream.execute(call('tx')).catch(() => undefined);
    await expect(chaincode.stream.execute(call('tx'))).rejects.toMatchObject({ code: 'duplicate', message: 'txid: tx(ch) exists' });
  });

  it('waits no longer than its time, closes its iterators, and the stream goes on', async () => {
    const { chaincode, call, manual, world } = opened();
    for (let i = 0; i < 150; i++) await world.putState('', `k${String(i).padStart(3, '0')}`, bytes('v'));
    const answer = chaincode.stream.execute(call('slow'));
    await chaincode.ask('GET_STATE_BY_RANGE', 'ch', 'slow', new peer.GetStateByRange());
    expect(world.openRows).toBe(1);
    manual.advance(1_000);
    await expect(answer).rejects.toMatchObject({ code: 'timeout', message: 'timeout expired while executing transaction' });
    expect(world.openRows).toBe(0);
    chaincode.say('COMPLETED', 'ch', 'slow', completed('late'));
    const other = chaincode.stream.execute(call('next'));
    chaincode.say('COMPLETED', 'ch', 'next', completed('in time'));
    expect(text(decodeResponse((await other).payload).payload)).toBe('in time');
    expect(manual.scheduled()).toBe(0);
  });

  it('reads and writes nothing after its end: late requests are answered and change nothing', async () => {
    const { chaincode, call, world } = opened();
    const answer = chaincode.stream.execute(call('tx'));
    chaincode.say('COMPLETED', 'ch', 'tx', completed('done'));
    await answer;
    const late = new peer.PutState();
    late.setKey('late');
    late.setValue(bytes('x'));
    await expect(chaincode.ask('PUT_STATE', 'ch', 'tx', late)).rejects.toThrow('PUT_STATE failed: transaction ID: tx: no ledger context');
    expect(world.states.get('')?.has('late')).not.toBe(true);
    chaincode.say('COMPLETED', 'ch', 'tx', completed('again'));
    expect(chaincode.endedBy).toBeUndefined();
  });

  it('fails with the stream, and says why', async () => {
    const { chaincode, call } = opened();
    const answer = chaincode.stream.execute(call('tx'));
    chaincode.stream.end('the process ended with code 1');
    await expect(answer).rejects.toMatchObject({ code: 'stream-terminated', message: 'chaincode stream terminated', cause: new Error('the process ended with code 1') });
    await expect(chaincode.stream.execute(call('tx2'))).rejects.toMatchObject({ code: 'stream-terminated' });
  });

  it('that the world fails is no fault of the chaincode, and its inner words stay here', async () => {
    const { chaincode, call, world } = opened();
    world.getState = async () => {
      throw new Error('secret path');
    };
    const answer = chaincode.stream.execute(call('tx'));
    answer.catch(() => undefined);
    await expect(chaincode.ask('GET_STATE', 'ch', 'tx', getState('a'))).rejects.toThrow('GET_STATE failed: transaction ID: tx: internal error of the peer');
    await expect(answer).rejects.toMatchObject({ code: 'world-failed', cause: new Error('secret path') });
  });

  it('has one request at a time: Fabric drops a second one', async () => {
    const { chaincode, call, world } = opened();
    await world.putState('', 'a', bytes('1'));
    void chaincode.stream.execute(call('tx')).catch(() => undefined);
    const from = chaincode.heard.length;
    chaincode.say('GET_STATE', 'ch', 'tx', getState('a').serializeBinary());
    chaincode.say('GET_STATE', 'ch', 'tx', getState('b').serializeBinary());
    await chaincode.ask('QUERY_STATE_CLOSE', 'ch', 'tx', new peer.QueryStateClose()).catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(chaincode.heard.slice(from).map((one) => text(one.getPayload_asU8()))).toEqual(['1']);
  });
});

describe('bounds', () => {
  it('a transaction makes only so many requests', async () => {
    const { chaincode, call } = opened({ operationsMax: 3 });
    const answer = chaincode.stream.execute(call('tx'));
    answer.catch(() => undefined);
    for (let i = 0; i < 3; i++) await chaincode.ask('GET_STATE', 'ch', 'tx', getState('a'));
    chaincode.say('GET_STATE', 'ch', 'tx', getState('a').serializeBinary());
    await expect(answer).rejects.toMatchObject({ code: 'limit' });
  });

  it('only so many transactions run at a time', async () => {
    const { chaincode, call } = opened({ transactionsMax: 2 });
    for (const id of ['a', 'b']) void chaincode.stream.execute(call(id)).catch(() => undefined);
    await expect(chaincode.stream.execute(call('c'))).rejects.toMatchObject({ code: 'busy' });
  });

  it('a message is only so large, in both directions', async () => {
    const { chaincode, call, world } = opened({ messageBytesMax: 10_000 });
    await expect(chaincode.stream.execute(call('large', { input: new Uint8Array(10_000) }))).rejects.toMatchObject({ code: 'limit' });
    await world.putState('', 'a', new Uint8Array(9_500));
    const answer = chaincode.stream.execute(call('tx'));
    answer.catch(() => undefined);
    await expect(chaincode.ask('GET_STATE', 'ch', 'tx', getState('a'))).rejects.toThrow(/the result has 9500 bytes/);
    chaincode.stream.receive(new Uint8Array(10_001));
    expect(chaincode.endedBy?.message).toBe('a message of the chaincode has 10001 bytes: 10000 are allowed');
    await expect(answer).rejects.toMatchObject({ code: 'stream-terminated' });
  });

  it('only so many iterators are open, and a closed one makes room', async () => {
    const { chaincode, call, world } = opened({ iteratorsMax: 2 });
    for (let i = 0; i < 150; i++) await world.putState('', `k${i}`, bytes('v'));
    void chaincode.stream.execute(call('tx')).catch(() => undefined);
    const range = new peer.GetStateByRange();
    await chaincode.ask('GET_STATE_BY_RANGE', 'ch', 'tx', range);
    await chaincode.ask('GET_STATE_BY_RANGE', 'ch', 'tx', range);
    await expect(chaincode.ask('GET_STATE_BY_RANGE', 'ch', 'tx', range)).rejects.toThrow(/more than 2 iterators are open/);
    const close = new peer.QueryStateClose();
    close.setId('1');
    await chaincode.ask('QUERY_STATE_CLOSE', 'ch', 'tx', close);
    await chaincode.ask('GET_STATE_BY_RANGE', 'ch', 'tx', range);
    expect(world.openRows).toBe(2);
  });
});
