import { describe, expect, it } from 'vitest';
import { expectCanonical } from '../../testing/expect-canonical';
import { fakeSign, fakeValidator, fakeVerify } from '../../testing/fake-validators';
import { CodecError } from '../codec';
import { createKey, verifySignature } from '../crypto';
import { chainId, hash, type Hash } from '../types';
import { decodeEvidence, encodeEvidence, evidenceOf, isEvidence, type Evidence } from './evidence';
import { encodeMessage, decodeMessage, NIL, statementOf, type Proposal, type Vote, type VoteKind } from './messages';

const chain = chainId('tide-4417');
const [a, b] = [hash('aa'.repeat(32)), hash('bb'.repeat(32))];
const liar = fakeValidator('liar').publicKey;

function vote(kind: VoteKind, name: Hash, place: { round?: number; height?: number } = {}): Vote {
  const unsigned = { kind, sender: 2, height: 7, round: 3, ...place, hash: name };
  return { ...unsigned, signature: fakeSign(liar, statementOf(chain, unsigned)) };
}

function proposal(name: Hash, validRound = -1): Proposal {
  const unsigned = { kind: 'proposal' as const, sender: 2, height: 7, round: 3, validRound, hash: name };
  return { ...unsigned, block: Buffer.from('a block'), signature: fakeSign(liar, statementOf(chain, unsigned)) };
}

const pairs: [string, Evidence][] = [
  ['two prevotes', evidenceOf(liar, vote('prevote', a), vote('prevote', b))],
  ['a precommit for a block and one for nothing', evidenceOf(liar, vote('precommit', a), vote('precommit', NIL))],
  ['two proposals', evidenceOf(liar, proposal(a), proposal(b))],
  ['a new proposal and one of an earlier round', evidenceOf(liar, proposal(a), proposal(b, 1))],
];

describe('evidence', () => {
  it.each(pairs)('of %s proves itself to anybody, also after it lay on a disk', (_name, evidence) => {
    expect(isEvidence(chain, evidence, fakeVerify)).toBe(true);
    expect(isEvidence(chain, decodeEvidence(encodeEvidence(evidence)), fakeVerify)).toBe(true);
    expectCanonical(encodeEvidence(evidence), decodeEvidence, encodeEvidence);
  });

  it.each(pairs)('of %s cannot be made against somebody else, nor by changing any part of it', (_name, evidence) => {
    const { first, second } = evidence;
    const forgeries: Evidence[] = [
      { ...evidence, culprit: fakeValidator('honest').publicKey },
      { ...evidence, height: evidence.height + 1 },
      { ...evidence, round: evidence.round + 1 },
      ...(['proposal', 'prevote', 'precommit'] as const).filter((kind) => kind !== evidence.kind).map((kind) => ({ ...evidence, kind })),
      { ...evidence, second: first },
      { ...evidence, second: { ...first, signature: second.signature } },
      { ...evidence, second: { ...second, hash: hash('cc'.repeat(32)) } },
      { ...evidence, first: { ...first, signature: second.signature } },
      { ...evidence, second: { ...second, signature: new Uint8Array(0) } },
    ];
    for (const [at, forgery] of forgeries.entries()) expect(isEvidence(chain, forgery, fakeVerify), `forgery ${at}`).toBe(false);
    expect(isEvidence(chainId('tide-4418'), evidence, fakeVerify)).toBe(false);
  });

  it('is not what an honest validator signs: one thing twice, or something else in another round, height or step', () => {
    expect(isEvidence(chain, evidenceOf(liar, vote('prevote', a), vote('prevote', a)), fakeVerify)).toBe(false);
    expect(isEvidence(chain, evidenceOf(liar, vote('prevote', a), vote('prevote', b, { round: 4 })), fakeVerify)).toBe(false);
    expect(isEvidence(chain, evidenceOf(liar, vote('prevote', a), vote('prevote', b, { height: 8 })), fakeVerify)).toBe(false);
    expect(isEvidence(chain, evidenceOf(liar, vote('prevote', a), vote('precommit', b)), fakeVerify)).toBe(false);
    expect(isEvidence(chain, evidenceOf(liar, proposal(a), proposal(a, 1)), fakeVerify)).toBe(false);
  });

  it('holds with P-256 signatures, and is refused when one bit of one is another', () => {
    const signer = createKey().signer;
    const signed = (name: Hash): Vote => {
      const unsigned = { kind: 'precommit' as const, sender: 0, height: 1, round: 0, hash: name };
      return { ...unsigned, signature: signer.sign(statementOf(chain, unsigned)) };
    };
    const evidence = evidenceOf(signer.publicKey, signed(a), signed(b));
    expect(isEvidence(chain, evidence, verifySignature)).toBe(true);
    const { signature } = evidence.second;
    for (const at of [0, 31, 32, 63]) expect(isEvidence(chain, { ...evidence, second: { ...evidence.second, signature: signature.with(at, (signature[at] ?? 0) ^ 1) } }, verifySignature), `byte ${at}`).toBe(false);
  });

  it('keeps no hold of the messages it came from: a proposal’s signature lies in a whole block', () => {
    const large = decodeMessage(encodeMessage({ ...proposal(a), block: new Uint8Array(1_000_000) }));
    if (large.kind !== 'proposal') throw new Error('a proposal stays one');
    expect(evidenceOf(liar, large, proposal(b)).first.signature.buffer.byteLength).toBeLessThan(10_000);
    expect(decodeEvidence(encodeEvidence(evidenceOf(liar, large, proposal(b)))).first.signature.buffer.byteLength).toBeLessThan(10_000);
  });

  it('is refused in another format, of another kind and beyond its sizes', () => {
    const [[, evidence]] = pairs as [[string, Evidence]];
    const bytes = Uint8Array.from(encodeEvidence(evidence));
    expect(() => decodeEvidence(bytes.with(0, 2))).toThrow(/another format/);
    expect(() => decodeEvidence(bytes.with(1, 3))).toThrow(/unknown kind/);
    expect(() => decodeEvidence(encodeEvidence({ ...evidence, culprit: new Uint8Array(257) }))).toThrow(CodecError);
    expect(() => decodeEvidence(encodeEvidence({ ...evidence, first: { ...evidence.first, signature: new Uint8Array(129) } }))).toThrow(CodecError);
  });
});
