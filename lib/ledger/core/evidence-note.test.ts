import { describe, expect, it } from 'vitest';
import { expectCanonical } from '../testing/expect-canonical';
import { CodecError } from './codec';
import type { Evidence } from './consensus/evidence';
import { decodeEvidenceNote, encodeEvidenceNote, EVIDENCE_MAX, type NotedEvidence } from './evidence-note';
import { hash, timeMs, ZERO_HASH } from './types';

const signature = Uint8Array.from({ length: 64 }, () => 9);
const noted = (round: number): NotedEvidence => {
  const evidence: Evidence = {
    kind: 'precommit',
    height: 7,
    round,
    culprit: Uint8Array.from(Buffer.from('key of V2')),
    first: { hash: hash('aa'.repeat(32)), validRound: -1, signature },
    second: { hash: ZERO_HASH, validRound: -1, signature },
  };
  return { evidence, culprit: 'Genève', time: timeMs(1_760_000_000_000 + round) };
};

describe('the note of what validators did that none may do', () => {
  it('comes back as it was, in one form, and is empty where nothing is', () => {
    const all = [noted(0), noted(3)];
    expect(decodeEvidenceNote(encodeEvidenceNote(all))).toEqual(all);
    expect(decodeEvidenceNote(undefined)).toEqual([]);
    expect(decodeEvidenceNote(encodeEvidenceNote([]))).toEqual([]);
    expectCanonical(encodeEvidenceNote(all), decodeEvidenceNote, encodeEvidenceNote);
  });

  it('keeps the latest, and no more than sixteen', () => {
    const kept = decodeEvidenceNote(encodeEvidenceNote(Array.from({ length: 50 }, (_, round) => noted(round))));
    expect(kept.map(({ evidence }) => evidence.round)).toEqual(Array.from({ length: EVIDENCE_MAX }, (_, at) => 34 + at));
  });

  it('is refused when it holds more, or what is no evidence', () => {
    const bytes = Uint8Array.from(encodeEvidenceNote([noted(0)]));
    expect(() => decodeEvidenceNote(bytes.with(3, EVIDENCE_MAX + 1))).toThrow(CodecError);
    expect(() => decodeEvidenceNote(bytes.with(8, 2))).toThrow(/another format/);
  });
});
