import { common } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { hashHeader, listBlockSignatures, unpackBlock, VALIDATION_CODES, type UnpackedBlock } from '../protocol';
import { readHistory } from '../state';
import { TestChannel } from '../testing/test-channel';
import { TestChannelPeer } from '../testing/test-channel-peer';
import type { ChannelView } from './channel-view';

const channel = new TestChannel();
const orderer = { ...channel.orderer, nonce: () => new Uint8Array(24).fill(3) };

async function open(roles?: Parameters<typeof TestChannelPeer.open>[1]) {
  const peer = await TestChannelPeer.open(channel, roles);
  const [good, bad] = [channel.put('basic', { a: '1' }), channel.put('basic', { a: '2' }, { endorsers: [channel.client] })];
  await peer.commit(channel.define('basic', { policy: "OR('Org1MSP.peer')" }).bytes);
  await peer.commit(good.bytes, bad.bytes);
  return { peer, good, bad };
}

function opened(bytes: Uint8Array | undefined): UnpackedBlock {
  if (bytes === undefined) throw new Error('there is such a block');
  return unpackBlock(bytes);
}

describe('reads of a channel', () => {
  it('find a block by number, hash and transaction, the same bytes each time', async () => {
    const { peer, good, bad } = await open({ organisations: [], orderer });
    const bytes = await peer.query({ kind: 'block', number: 2 });
    const block = opened(bytes);
    expect(await peer.query({ kind: 'block-by-hash', hash: hashHeader(block.header) })).toEqual(bytes);
    for (const { txId } of [good, bad]) expect(await peer.query({ kind: 'block-by-transaction', txId })).toEqual(bytes);
    expect(block.envelopes.map((one) => Buffer.from(one))).toEqual([good, bad].map((one) => Buffer.from(one.bytes)));
    const published = common.Block.deserializeBinary(bytes ?? new Uint8Array(0));
    expect([...(published.getMetadata()?.getMetadataList_asU8()[2] ?? [])]).toEqual([VALIDATION_CODES.VALID, VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE]);
  });

  it('tell the chain’s height and its two last hashes', async () => {
    const { peer } = await open();
    const [first, second] = [opened(await peer.query({ kind: 'block', number: 1 })), opened(await peer.query({ kind: 'block', number: 2 }))];
    expect(await peer.query({ kind: 'channel-info' })).toEqual({ height: 3, currentHash: hashHeader(second.header), previousHash: hashHeader(first.header) });
  });

  it('find a transaction with its code, also that of the configuration', async () => {
    const { peer, bad } = await open();
    expect(await peer.query({ kind: 'transaction', txId: bad.txId })).toEqual({ block: 2, transaction: 1, code: VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE, envelope: bad.bytes });
    const [configEnvelope] = opened(await peer.query({ kind: 'config-block' })).envelopes;
    const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(configEnvelope ?? new Uint8Array(0)).getPayload_asU8());
    const txId = common.ChannelHeader.deserializeBinary(payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(0)).getTxId();
    expect(await peer.query({ kind: 'transaction', txId })).toMatchObject({ block: 0, transaction: 0, code: VALIDATION_CODES.VALID });
  });

  it('answer nothing for what is not there', async () => {
    const { peer } = await open();
    for (const query of [
      { kind: 'block', number: 3 },
      { kind: 'block', number: -1 },
      { kind: 'block', number: 0.5 },
      { kind: 'block-by-hash', hash: new Uint8Array(32) },
      { kind: 'block-by-transaction', txId: '' },
      { kind: 'transaction', txId: 'nobody' },
      { kind: 'transaction-status', txId: 'nobody' },
      { kind: 'definition', name: 'ghost' },
      { kind: 'promised-hash', position: { block: 9, transaction: 0, namespace: 'n', collection: 'c' } },
    ] as const) expect(await peer.query(query), query.kind).toBeUndefined();
    await expect(peer.query({ kind: 'weather' } as never)).rejects.toMatchObject({ code: 'request-unknown' });
  });

  it('show a block with the signature of this peer’s orderer, and without one where it has none', async () => {
    const [{ peer: signing }, { peer: plain }] = [await open({ organisations: [], orderer }), await open()];
    const [signature] = listBlockSignatures(opened(await signing.query({ kind: 'block', number: 2 })));
    expect(Buffer.from(signature?.identity ?? [])).toEqual(Buffer.from(channel.orderer.serialized));
    expect(listBlockSignatures(opened(await plain.query({ kind: 'block', number: 2 })))).toEqual([]);
    expect(listBlockSignatures(opened(await signing.query({ kind: 'block', number: 0 })))).toEqual([]);
  });

  it('give a simulation what it needs: definitions, and the past of a key out of the blocks', async () => {
    const { peer, good } = await open();
    const again = channel.put('basic', { a: '3' });
    await peer.commit(again.bytes);
    const found = await peer.query({
      kind: 'view',
      run: async ({ state, definitions, transactionAt, head }: ChannelView) => ({ version: definitions.find('basic')?.version, head: head.number, past: [...readHistory(state, transactionAt, 'basic', 'a')].map(({ txId, value }) => [txId, Buffer.from(value).toString()]) }),
    });
    expect(found).toEqual({ version: '1.0', head: 3, past: [[again.txId, '3'], [good.txId, '1']] });
  });
});
