import { status } from '@grpc/grpc-js';
import { checkpointers, CommitStatusError, connect, EndorseError, GatewayError, signers } from '@hyperledger/fabric-gateway';
import { gateway as gatewayMessages } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDoor, type TestDoor } from './testing/open-test-door';

let test: TestDoor;
beforeAll(async () => {
  test = await openTestDoor();
}, 60_000);
afterAll(() => test.close());

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

async function refusal(request: Promise<unknown>): Promise<GatewayError> {
  const error: unknown = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GatewayError)) throw error ?? new Error('it was answered');
  return error;
}

async function take<T>(source: AsyncIterable<T> & { close(): void }, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const one of source) {
    taken.push(one);
    if (taken.length === count) break;
  }
  source.close();
  return taken;
}

describe('the official client over a socket', () => {
  it('submits, learns the status, and reads what it wrote', async () => {
    const contract = test.contract();
    const commit = await contract.submitAsync('put', { arguments: ['a', '1'] });
    expect(text(commit.getResult())).toBe('put a');
    const { successful, blockNumber, code } = await commit.getStatus();
    expect([successful, code, blockNumber > 0n]).toEqual([true, 0, true]);
    expect(text(await contract.evaluateTransaction('get', 'a'))).toBe('1');
  });

  it('signs offline each step', async () => {
    const user = test.city.issue('Org1MSP', 'client');
    const gateway = connect({ client: test.dial(), identity: { mspId: 'Org1MSP', credentials: user.pem } });
    const sign = signers.newPrivateKeySigner(user.key);
    const proposal = gateway.getNetwork(test.city.channelId).getContract('basic').newProposal('put', { arguments: ['off', 'line'] });
    const transaction = await gateway.newSignedProposal(proposal.getBytes(), await sign(proposal.getDigest())).endorse();
    const commit = await gateway.newSignedTransaction(transaction.getBytes(), await sign(transaction.getDigest())).submit();
    const state = await gateway.newSignedCommit(commit.getBytes(), await sign(commit.getDigest())).getStatus();
    expect(state.successful).toBe(true);
    expect(text(await test.contract('Org2MSP').evaluateTransaction('get', 'off'))).toBe('line');
  });

  it('follows events of a chaincode from a block on, and goes on after the checkpoint', async () => {
    const network = test.connect().getNetwork(test.city.channelId);
    const contract = network.getContract('basic');
    const commit = await contract.submitAsync('event', { arguments: ['first', '1'] });
    const { blockNumber } = await commit.getStatus();
    await contract.submitTransaction('event', 'second', '2');
    const [first, second] = await take(await network.getChaincodeEvents('basic', { startBlock: blockNumber }), 2);
    expect([first?.eventName, first?.transactionId, second?.eventName]).toEqual(['first', commit.getTransactionId(), 'second']);
    const checkpoint = checkpointers.inMemory();
    if (first === undefined) throw new Error('an event came');
    await checkpoint.checkpointChaincodeEvent(first);
    const [next] = await take(await network.getChaincodeEvents('basic', { checkpoint }), 1);
    expect([next?.eventName, text(next?.payload ?? new Uint8Array())]).toEqual(['second', '2']);
  });

  it('hears of an event that comes later', async () => {
    const network = test.connect().getNetwork(test.city.channelId);
    const events = await network.getChaincodeEvents('basic');
    const heard = take(events, 1);
    const contract = network.getContract('basic');
    // The stream begins at the height at which it was opened, whenever that is.
    const stop = setInterval(() => void contract.submitTransaction('event', 'later', 'x').catch(() => undefined), 100);
    const [event] = await heard;
    clearInterval(stop);
    expect(event?.eventName).toBe('later');
  });

  it('reads blocks in all three kinds', async () => {
    const network = test.connect().getNetwork(test.city.channelId);
    const blocks = await take(await network.getBlockEvents({ startBlock: 0n }), 3);
    expect(blocks.map((block) => block.getHeader()?.getNumber())).toEqual([0, 1, 2]);
    const filtered = await take(await network.getFilteredBlockEvents({ startBlock: 1n }), 2);
    expect(filtered.map((block) => [block.getNumber(), block.getChannelId()])).toEqual([[1, 'mychannel'], [2, 'mychannel']]);
    const withData = await take(await network.getBlockAndPrivateDataEvents({ startBlock: 1n }), 1);
    expect(withData[0]?.getBlock()?.getHeader()?.getNumber()).toBe(1);
  });
});

describe('what the official client is refused', () => {
  it('a chaincode that nobody has, a channel that is not here', async () => {
    const gateway = test.connect();
    const ghost = await refusal(gateway.getNetwork(test.city.channelId).getContract('ghost').evaluateTransaction('x'));
    expect([ghost.code, ghost.message]).toEqual([status.FAILED_PRECONDITION, expect.stringContaining('no peers available to evaluate chaincode ghost in channel mychannel')]);
    const elsewhere = await refusal(gateway.getNetwork('elsewhere').getContract('basic').evaluateTransaction('x'));
    expect(elsewhere.code).toBe(status.UNAVAILABLE);
  });

  it('an identity of another organisation under a known name, with the peers’ words as details', async () => {
    const stranger = test.connect('Org1MSP', 'client', test.city.issue('Org2MSP', 'client'));
    const error = await refusal(stranger.getNetwork(test.city.channelId).getContract('basic').submitTransaction('put', 'a', '1'));
    expect(error).toBeInstanceOf(EndorseError);
    expect(error.code).toBe(status.ABORTED);
    expect(error.details).toEqual([expect.objectContaining({ mspId: 'Org1MSP', address: 'org1msp.test:7051', message: expect.stringContaining('access denied') })]);
  });

  it('a status or events that its signature gives no right to', async () => {
    const stranger = test.connect('Org1MSP', 'client', test.city.issue('Org2MSP', 'client')).getNetwork(test.city.channelId);
    const events = await stranger.getChaincodeEvents('basic');
    expect((await refusal(take(events, 1))).code).toBe(status.PERMISSION_DENIED);
    await expect(take(await stranger.getBlockEvents({ startBlock: 0n }), 1)).rejects.toThrow(/403|FORBIDDEN/);
  });

  it('a status in time, while the transaction is not there', async () => {
    const transaction = await test.contract().newProposal('put', { arguments: ['never', 'sent'] }).endorse();
    const request = new gatewayMessages.CommitStatusRequest();
    const user = test.city.issue('Org1MSP', 'client');
    request.setChannelId(test.city.channelId);
    request.setTransactionId(transaction.getTransactionId());
    request.setIdentity(user.serialized);
    const signed = new gatewayMessages.SignedCommitStatusRequest();
    signed.setRequest(request.serializeBinary());
    const gateway = connect({ client: test.dial(), identity: { mspId: 'Org1MSP', credentials: user.pem }, signer: signers.newPrivateKeySigner(user.key) });
    const commit = gateway.newCommit(signed.serializeBinary());
    const error = await refusal(commit.getStatus({ deadline: Date.now() + 300 }));
    expect(error).toBeInstanceOf(CommitStatusError);
    expect(error.code).toBe(status.DEADLINE_EXCEEDED);
  });

  it('what is too much for the plan, with the plan’s words', async () => {
    const { quota } = test.city;
    const contract = test.contract();
    try {
      test.city.quota = { ...quota, takeTransaction: () => ({ message: 'the quota of 1 transactions is used up' }) };
      const error = await refusal(contract.submitTransaction('put', 'a', '1'));
      expect(error.name).toBe('SubmitError');
      expect([error.code, error.message]).toEqual([status.RESOURCE_EXHAUSTED, expect.stringContaining('quota of 1 transactions')]);
      test.city.quota = { ...quota, takeRequest: () => ({ message: 'the quota of 1 requests is used up' }) };
      expect((await refusal(contract.evaluateTransaction('get', 'a'))).code).toBe(status.RESOURCE_EXHAUSTED);
    } finally {
      test.city.quota = quota;
    }
  });

  it('a transaction while the channel is stopped, without what the operator said of it', async () => {
    const { host, chain } = test.city;
    const transaction = await test.contract().newProposal('put', { arguments: ['late', '1'] }).endorse();
    await host.stopChain(chain, 'disk /dev/sdz is being replaced');
    try {
      const error = await refusal(transaction.submit());
      expect([error.code, error.details.map(({ message }) => message)]).toEqual([status.UNAVAILABLE, [expect.stringContaining('the channel is stopped')]]);
      expect(error.message).not.toContain('sdz');
    } finally {
      await host.startChain(chain);
    }
    expect((await (await transaction.submit()).getStatus()).successful).toBe(true);
  });

  it('an envelope that somebody else signed', async () => {
    const transaction = await test.contract().newProposal('put', { arguments: ['forged', '1'] }).endorse();
    const forger = connect({ client: test.dial(), identity: { mspId: 'Org1MSP', credentials: test.city.issue('Org1MSP', 'client').pem } });
    const error = await refusal(forger.newSignedTransaction(transaction.getBytes(), test.city.issue('Org1MSP', 'client').sign(Buffer.from('something else'))).submit());
    expect([error.code, error.message]).toEqual([status.ABORTED, expect.stringContaining('status=FORBIDDEN')]);
  });

  it('our own mistakes, of which it learns the request’s id and nothing else', async () => {
    const error = await refusal(test.contract().evaluateTransaction('break'));
    expect(error.code).toBe(status.INTERNAL);
    expect(error.message).not.toContain('nobody');
    expect(error.message).toContain(String(test.failures.at(-1)?.requestId));
  });
});
