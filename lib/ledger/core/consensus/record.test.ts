import { describe, expect, it } from 'vitest';
import { expectCanonical } from '../../testing/expect-canonical';
import { CodecError } from '../codec';
import { hash } from '../types';
import { NIL, type Proposal, type Vote } from './messages';
import { decodeRecord, encodeRecord, type ConsensusRecord } from './record';

const name = hash('11'.repeat(32));
const signature = Buffer.alloc(64, 9);
const vote = (kind: Vote['kind'], sender: number, round: number, voted = name): Vote => ({ kind, sender, height: 7, round, hash: voted, signature });
const proposal: Proposal = { kind: 'proposal', sender: 1, height: 7, round: 3, validRound: 2, hash: name, block: new Uint8Array(0), signature };
const bare: ConsensusRecord = { height: 7, round: 0, step: 'propose', lockedRound: -1, validRound: -1, own: [], proofOfLock: [] };
const full: ConsensusRecord = {
  height: 7,
  round: 3,
  step: 'precommit',
  lockedRound: 2,
  lockedHash: name,
  validRound: 2,
  validHash: name,
  own: [proposal, vote('prevote', 1, 3), vote('precommit', 1, 3, NIL)],
  proofOfLock: [0, 1, 2].map((sender) => vote('prevote', sender, 2)),
};

describe('the record of what a validator signed', () => {
  it.each<[string, ConsensusRecord]>([['a height that was just begun', bare], ['a lock with its proof', full], ['an idle height', { ...bare, step: 'idle' }], ['a prevote', { ...bare, step: 'prevote', own: [vote('prevote', 1, 0)] }]])('comes back as it was (%s)', (_name, record) => {
    const decoded = decodeRecord(encodeRecord(record));
    expect(JSON.stringify({ ...decoded, own: decoded.own.length, proofOfLock: decoded.proofOfLock.length })).toBe(JSON.stringify({ ...record, own: record.own.length, proofOfLock: record.proofOfLock.length }));
    expect(decoded.own.map(({ kind, round, hash: voted }) => [kind, round, voted])).toEqual(record.own.map(({ kind, round, hash: voted }) => [kind, round, voted]));
    expect(decoded.proofOfLock.map(({ sender, signature: bytes }) => [sender, Buffer.from(bytes)])).toEqual(record.proofOfLock.map(({ sender, signature: bytes }) => [sender, Buffer.from(bytes)]));
    expectCanonical(encodeRecord(record), decodeRecord, encodeRecord);
  });

  it('is refused in another format or step, with a whole block in it, or with what is no vote', () => {
    const bytes = Uint8Array.from(encodeRecord(bare));
    const at = 4 + 'chainworks/votes'.length;
    expect(() => decodeRecord(bytes.with(at, 2))).toThrow(/format 2, this program reads 1/);
    expect(() => decodeRecord(bytes.with(at + 11, 4))).toThrow(/a step/);
    expect(() => decodeRecord(bytes.with(4, 0))).toThrow(/not a record of votes/);
    expect(() => decodeRecord(encodeRecord({ ...full, proofOfLock: [proposal as unknown as Vote] }))).toThrow(/a proposal among votes/);
    expect(() => decodeRecord(encodeRecord({ ...full, own: [{ kind: 'head', height: 7 } as unknown as Vote] }))).toThrow(/of kind head/);
    expect(() => decodeRecord(encodeRecord({ ...full, own: [{ ...proposal, block: new Uint8Array(2_000) }] }))).toThrow(CodecError);
    expect(() => decodeRecord(encodeRecord({ ...full, own: Array.from({ length: 513 }, (_, round) => vote('prevote', 1, round)) }))).toThrow(CodecError);
  });
});
