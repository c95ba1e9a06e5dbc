import { describe, expect, it } from 'vitest';
import { expectCanonical } from '../testing/expect-canonical';
import { ByteWriter, CodecError } from './codec';
import { encodeMessage, MESSAGE_BLOCK_BYTES_MAX, NIL } from './consensus/messages';
import { decodePeerMessage, encodePeerMessage, packTransactions, PEER_MESSAGE_BYTES_MAX, TRANSACTIONS_BYTES_MAX, TRANSACTIONS_PER_MESSAGE_MAX, type PeerMessage } from './peer-message';

const unpack = (messages: readonly Uint8Array[]): Buffer[][] =>
  messages.map((message) => {
    const decoded = decodePeerMessage(message);
    if (decoded.kind !== 'transactions') throw new Error(`a message of kind ${decoded.kind}`);
    return decoded.transactions.map((bytes) => Buffer.from(bytes));
  });

describe('messages between peers', () => {
  it.each<[string, PeerMessage]>([
    ['transactions', { kind: 'transactions', transactions: [Buffer.from('one'), new Uint8Array(0), Buffer.from('three')] }],
    ['no transactions', { kind: 'transactions', transactions: [] }],
    ['a demand', { kind: 'demand' }],
  ])('have one form (%s)', (_name, message) => {
    expect(decodePeerMessage(encodePeerMessage(message)).kind).toBe(message.kind);
    expectCanonical(encodePeerMessage(message), decodePeerMessage, encodePeerMessage);
  });

  it('bring the consensus’s own messages as they are: it checks them', () => {
    for (const payload of [new Uint8Array(0), Buffer.from('anything'), encodeMessage({ kind: 'head', height: 7 })]) {
      const decoded = decodePeerMessage(encodePeerMessage({ kind: 'consensus', payload }));
      expect(decoded.kind === 'consensus' && Buffer.from(decoded.payload)).toEqual(Buffer.from(payload));
    }
  });

  it('are refused when empty, of an unknown kind or beyond their limits', () => {
    expect(() => decodePeerMessage(new Uint8Array(0))).toThrow(CodecError);
    for (const kind of [0, 4, 255]) expect(() => decodePeerMessage(Uint8Array.of(kind))).toThrow(`message of kind ${kind}`);
    expect(() => decodePeerMessage(new Uint8Array(PEER_MESSAGE_BYTES_MAX + 1).fill(1))).toThrow(/message of \d+ bytes/);
    const many = Array.from({ length: TRANSACTIONS_PER_MESSAGE_MAX + 1 }, () => Uint8Array.of(1));
    expect(() => decodePeerMessage(encodePeerMessage({ kind: 'transactions', transactions: many }))).toThrow(CodecError);
    expect(() => decodePeerMessage(encodePeerMessage({ kind: 'transactions', transactions: [new Uint8Array(TRANSACTIONS_BYTES_MAX + 1)] }))).toThrow(CodecError);
    // A count that is a lie makes nobody allocate.
    expect(() => decodePeerMessage(new ByteWriter(16).u8(2).u32(200).finish())).toThrow(/truncated/);
  });

  it('have room for a proposal of the largest block', () => {
    const block = new Uint8Array(MESSAGE_BLOCK_BYTES_MAX);
    const payload = encodeMessage({ kind: 'proposal', sender: 15, height: 2 ** 47, round: 2 ** 31, validRound: -1, hash: NIL, block, signature: new Uint8Array(128) });
    expect(decodePeerMessage(encodePeerMessage({ kind: 'consensus', payload })).kind).toBe('consensus');
  });
});

describe('packing transactions', () => {
  it('keeps all of them, in order, within the limits of a message', () => {
    const transactions = Array.from({ length: 1_000 }, (_, at) => Buffer.from(`transaction ${at}`));
    const packs = unpack(packTransactions(transactions));
    expect(packs.map(({ length }) => length)).toEqual([256, 256, 256, 232]);
    expect(packs.flat()).toEqual(transactions);
  });

  it('begins another message before the bytes are too many, and gives a large one its own', () => {
    const large = Buffer.alloc(TRANSACTIONS_BYTES_MAX, 1);
    const half = Buffer.alloc(TRANSACTIONS_BYTES_MAX / 2, 2);
    const small = Buffer.from('small');
    const sizes = (...transactions: Buffer[]) => unpack(packTransactions(transactions)).map((pack) => pack.map(({ length }) => length));
    expect(sizes(small, large, small)).toEqual([[5], [large.length], [5]]);
    expect(sizes(half, half, small)).toEqual([[half.length, half.length], [5]]);
    expect(sizes()).toEqual([]);
  });
});
