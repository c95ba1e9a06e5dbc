import { describe, expect, it } from 'vitest';
import { expectCanonical } from '../../testing/expect-canonical';
import { createRandom } from '../../testing/random';
import { CodecError } from '../codec';
import { chainId, hash, ZERO_HASH } from '../types';
import { decodeMessage, encodeMessage, MESSAGE_BLOCK_BYTES_MAX, NIL, statementOf, type ConsensusMessage, type Proposal, type SignedMessage, type Vote } from './messages';

const name = hash('11'.repeat(32));
const signature = Buffer.alloc(64, 9);
const nonce = Buffer.alloc(16, 3);
const proposal: Proposal = { kind: 'proposal', sender: 1, height: 7, round: 3, validRound: -1, hash: name, block: Buffer.from('a block'), signature };
const vote: Vote = { kind: 'prevote', sender: 2, height: 7, round: 3, hash: name, signature };
const messages: [string, ConsensusMessage][] = [
  ['new proposal', proposal],
  ['proposal of an earlier round', { ...proposal, validRound: 2 }],
  ['empty proposal', { ...proposal, block: new Uint8Array(0) }],
  ['prevote', vote],
  ['precommit for nothing', { ...vote, kind: 'precommit', hash: NIL }],
  ['head', { kind: 'head', height: 2 ** 40 }],
  ['question', { kind: 'question', sender: 0, nonce, signature }],
  ['answer', { kind: 'answer', sender: 15, nonce, height: 9, signature }],
];

describe('messages between validators', () => {
  it.each(messages)('have one form (%s)', (_name, message) => {
    const decoded = decodeMessage(encodeMessage(message));
    for (const [field, value] of Object.entries(message)) {
      const read: unknown = decoded[field as keyof ConsensusMessage];
      expect(value instanceof Uint8Array ? Buffer.from(read as Uint8Array) : read, field).toEqual(value instanceof Uint8Array ? Buffer.from(value) : value);
    }
    expectCanonical(encodeMessage(message), decodeMessage, encodeMessage);
  });

  it('are refused in another format, of another kind and beyond their sizes', () => {
    const bytes = Uint8Array.from(encodeMessage(vote));
    expect(() => decodeMessage(bytes.with(0, 2))).toThrow(/format 2, this program reads 1/);
    for (const kind of [0, 7, 255]) expect(() => decodeMessage(bytes.with(1, kind))).toThrow(`message of kind ${kind}`);
    expect(() => decodeMessage(encodeMessage({ ...vote, signature: new Uint8Array(129) }))).toThrow(CodecError);
    expect(() => decodeMessage(encodeMessage({ ...proposal, block: new Uint8Array(MESSAGE_BLOCK_BYTES_MAX + 1) }))).toThrow(CodecError);
    expect(() => decodeMessage(new Uint8Array(0))).toThrow(CodecError);
  });

  it('never do worse than be refused, whatever the bytes (seed 7)', () => {
    const random = createRandom(7);
    for (let round = 0; round < 5_000; round += 1) {
      const [, message] = random.pick(messages);
      const bytes = round % 4 === 0 ? random.bytes(random.below(200)) : Uint8Array.from(encodeMessage(message));
      for (let flips = random.below(5); flips > 0 && bytes.length > 0; flips -= 1) bytes[random.below(bytes.length)] = random.below(256);
      try {
        decodeMessage(bytes.subarray(0, random.below(bytes.length + 1)));
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    }
  });

  it('are signed with all that they say but the block, which its hash stands for, and who says it, whom the key does', () => {
    const chain = chainId('tide-4417');
    const statement = (message: SignedMessage): string => Buffer.from(statementOf(chain, message)).toString('hex');
    const answer: SignedMessage = { kind: 'answer', sender: 1, nonce, height: 9, signature };
    const others: SignedMessage[] = [
      proposal,
      { ...proposal, height: 8 },
      { ...proposal, round: 4 },
      { ...proposal, validRound: 2 },
      { ...proposal, hash: ZERO_HASH },
      vote,
      { ...vote, kind: 'precommit' },
      { ...vote, height: 8 },
      { ...vote, round: 4 },
      { ...vote, hash: NIL },
      { kind: 'question', sender: 1, nonce, signature },
      { kind: 'question', sender: 1, nonce: Buffer.alloc(16, 4), signature },
      answer,
      { ...answer, height: 10 },
      { ...answer, nonce: Buffer.alloc(16, 4) },
    ];
    expect(new Set(others.map(statement)).size).toBe(others.length);
    expect(statement({ ...proposal, block: Buffer.from('another'), sender: 3, signature: new Uint8Array(0) })).toBe(statement(proposal));
    expect(Buffer.from(statementOf(chainId('tide-4418'), vote)).toString('hex')).not.toBe(statement(vote));
  });
});
