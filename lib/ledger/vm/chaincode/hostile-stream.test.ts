import peer from '@hyperledger/fabric-protos/lib/peer/chaincode_shim_pb';
import { describe, expect, it } from 'vitest';
import { createManualPorts } from '../../testing/manual-ports';
import { createRandom } from '../../testing/random';
import { MemoryWorld, ScriptedChaincode } from './testing';
import { MalformedBytes, MessageReader } from './wire';

const seed = Number(process.env.SEED ?? 1 + Math.floor(Date.now() % 1e9));

function openWithCall() {
  const chaincode = new ScriptedChaincode(createManualPorts().ports.schedule);
  chaincode.register();
  const answer = chaincode.stream.execute({ kind: 'transaction', channel: 'ch', txId: 'tx', input: new Uint8Array(), world: new MemoryWorld(), timeoutMs: 1_000 });
  answer.catch(() => undefined);
  return { chaincode, answer };
}

describe('a chaincode that breaks the protocol', () => {
  it.each(['REGISTER', 'REGISTERED', 'READY', 'INIT', 'TRANSACTION', 'RESPONSE', 'UNDEFINED'] as const)('by %s loses the stream and what runs there', async (type) => {
    const { chaincode, answer } = openWithCall();
    chaincode.say(type, 'ch', 'tx');
    expect(chaincode.endedBy?.message).toMatch(/^error handling message, ending stream: \[tx\] Fabric side handler cannot handle message/);
    await expect(answer).rejects.toMatchObject({ code: 'stream-terminated' });
  });

  it('by a type of a later Fabric, too', () => {
    const { chaincode } = openWithCall();
    const message = new peer.ChaincodeMessage();
    message.setType(24 as never);
    chaincode.stream.receive(message.serializeBinary());
    expect(chaincode.endedBy?.message).toMatch(/cannot handle message \(24\)/);
  });

  it('by bytes that are no message, too', async () => {
    const { chaincode, answer } = openWithCall();
    chaincode.stream.receive(Uint8Array.of(0x0a, 9, 1));
    expect(chaincode.endedBy?.message).toBe('a message of the chaincode cannot be read: unexpected end');
    await expect(answer).rejects.toMatchObject({ code: 'stream-terminated' });
  });

  it('keep-alives change nothing', () => {
    const { chaincode } = openWithCall();
    chaincode.say('KEEPALIVE', '', '');
    expect([chaincode.endedBy, chaincode.stream.running]).toEqual([undefined, 1]);
  });

  it.each([
    ['keep-alives', 'KEEPALIVE', '', ''],
    ['late answers', 'COMPLETED', 'ch', 'gone'],
    ['late requests', 'GET_STATE', 'ch', 'gone'],
  ] as const)('a flood of %s ends the stream; a few, now and then, do not', async (_name, type, channel, txId) => {
    const { chaincode } = openWithCall();
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 900; i++) chaincode.say(type, channel, txId);
      chaincode.say('COMPLETED', 'ch', 'tx');
      void chaincode.stream.execute({ kind: 'transaction', channel: 'ch', txId: 'tx', input: new Uint8Array(), world: new MemoryWorld(), timeoutMs: 1_000 }).catch(() => undefined);
    }
    expect(chaincode.endedBy).toBeUndefined();
    for (let i = 0; i <= 1_000; i++) chaincode.say(type, channel, txId);
    expect(chaincode.endedBy?.message).toBe('the chaincode sent more than 1000 messages that belong to no transaction');
  });
});

describe(`whatever bytes come (seed ${seed})`, () => {
  it('reading them gives fields or MalformedBytes, nothing else', () => {
    const random = createRandom(seed);
    for (let round = 0; round < 20_000; round++) {
      const message = random.bytes(random.below(40));
      try {
        void new MessageReader(message).text(1 + random.below(8));
      } catch (error) {
        expect(error, Buffer.from(message).toString('hex')).toBeInstanceOf(MalformedBytes);
      }
    }
  });

  it('a stream answers or ends, and throws nothing', async () => {
    const random = createRandom(seed + 1);
    const types = Object.values(peer.ChaincodeMessage.Type);
    for (let round = 0; round < 3_000; round++) {
      const { chaincode, answer } = openWithCall();
      const message = new peer.ChaincodeMessage();
      message.setType(random.pick(types));
      message.setChannelId('ch');
      message.setTxid('tx');
      message.setPayload(random.bytes(random.below(30)));
      const bytes = message.serializeBinary();
      if (random.chance(0.5)) bytes[random.below(bytes.length)] = random.below(256);
      chaincode.stream.receive(bytes);
      await new Promise((resolve) => setImmediate(resolve));
      chaincode.stream.end('over');
      await answer.catch((error: Error) => expect(error.name, Buffer.from(bytes).toString('hex')).toBe('ChaincodeError'));
    }
  });
});
