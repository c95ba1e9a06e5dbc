import { describe, expect, it } from 'vitest';
import { expectCanonical } from '../../testing/expect-canonical';
import { fakeRules, fakeSign, fakeVerify } from '../../testing/fake-validators';
import { createRandom } from '../../testing/random';
import { CodecError } from '../codec';
import { snapshotStatement, type SnapshotFacts } from '../consensus/statements';
import type { Finality } from '../consensus/rules';
import { chainId, hash } from '../types';
import { RANGES_MAX } from './ranges';
import { decodeSnapshotAnswer, encodeSnapshotAnswer, findCertified, SNAPSHOT_ANSWER_BYTES_MAX, type SnapshotAnswer } from './snapshot-answer';

const facts: SnapshotFacts = { chain: chainId('tide-4417'), height: 2 ** 40, blockHash: hash('11'.repeat(32)), stateHash: hash('22'.repeat(32)), ranges: 7, bytes: 2 ** 33 };
const answers: readonly SnapshotAnswer[] = [
  { state: 'passed', height: 9, genesisHash: facts.blockHash, changes: [] },
  { state: 'passed', height: 9, genesisHash: facts.blockHash, changes: [2, 5, 9] },
  { state: 'waiting', height: 0 },
  { state: 'making', height: 8 },
  { state: 'busy', height: 2 ** 47 },
  { state: 'ready', height: 8, signed: { facts, publicKey: Buffer.from('key'), signature: Buffer.alloc(64, 5) } },
];

describe('what a peer says of its snapshot', () => {
  it.each(answers)('has one form ($state)', (answer) => {
    expectCanonical(encodeSnapshotAnswer(answer), decodeSnapshotAnswer, encodeSnapshotAnswer);
  });

  it('is refused in another format, of another kind and beyond its limits', () => {
    const [passed, , , , , ready] = answers;
    if (passed === undefined || ready?.state !== 'ready') throw new Error('there are answers');
    expect(() => decodeSnapshotAnswer(Uint8Array.from(encodeSnapshotAnswer(passed)).with(0, 2))).toThrow(/format 2/);
    for (const kind of [0, 6, 255]) expect(() => decodeSnapshotAnswer(Uint8Array.from(encodeSnapshotAnswer(passed)).with(1, kind))).toThrow(CodecError);
    for (const changes of [[0], [5, 5], [5, 2], Array.from({ length: 1_001 }, (_, at) => at + 1)]) expect(() => decodeSnapshotAnswer(encodeSnapshotAnswer({ state: 'passed', height: 9, genesisHash: facts.blockHash, changes }))).toThrow(CodecError);
    expect(() => decodeSnapshotAnswer(encodeSnapshotAnswer({ ...ready, signed: { ...ready.signed, facts: { ...facts, ranges: RANGES_MAX + 1 } } }))).toThrow(CodecError);
    expect(() => decodeSnapshotAnswer(new Uint8Array(SNAPSHOT_ANSWER_BYTES_MAX + 1))).toThrow(CodecError);
    expect(encodeSnapshotAnswer({ state: 'passed', height: 9, genesisHash: facts.blockHash, changes: Array.from({ length: 1_000 }, (_, at) => at + 1) }).length).toBeLessThanOrEqual(SNAPSHOT_ANSWER_BYTES_MAX);
  });

  it('never does worse than be refused, whatever the bytes (seed 8)', () => {
    const random = createRandom(8);
    for (let round = 0; round < 3_000; round += 1) {
      const bytes = round % 4 === 0 ? random.bytes(random.below(200)) : Uint8Array.from(encodeSnapshotAnswer(random.pick(answers)));
      for (let flips = random.below(5); flips > 0 && bytes.length > 0; flips -= 1) bytes[random.below(bytes.length)] = random.below(256);
      try {
        decodeSnapshotAnswer(bytes.subarray(0, random.below(bytes.length + 1)));
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    }
  });
});

describe('a snapshot', () => {
  const signedBy = (finality: Finality, count: number, at: number, what: SnapshotFacts = facts) => {
    const { publicKey } = fakeRules(finality, count).validators[at]!;
    return { name: `V${at}`, signed: { facts: what, publicKey, signature: fakeSign(publicKey, snapshotStatement(what)) } };
  };

  it.each([
    ['solo', 1, 1],
    ['crash', 3, 2],
    ['crash', 4, 3],
    ['byzantine', 4, 3],
    ['byzantine', 7, 5],
  ] as const)('is certified by a quorum of those who order (%s, %i: %i), and by no fewer', (finality, count, quorum) => {
    const rules = fakeRules(finality, count);
    const signed = Array.from({ length: count }, (_, at) => signedBy(finality, count, at));
    for (let signers = 0; signers <= count; signers += 1) {
      const certified = findCertified(signed.slice(0, signers), rules, fakeVerify);
      if (signers < quorum) expect(certified).toBeUndefined();
      else expect(certified).toMatchObject({ facts, signers: { length: signers } });
    }
  });

  it('is not certified by one signature many times, by those who do not order, by wrong signatures, or by a quorum that says different things', () => {
    const rules = fakeRules('byzantine', 4);
    const one = signedBy('byzantine', 4, 0);
    expect(findCertified([one, one, one, one], rules, fakeVerify)).toBeUndefined();
    expect(findCertified([5, 6, 7].map((at) => signedBy('byzantine', 8, at)), rules, fakeVerify)).toBeUndefined();
    const forged = [0, 1, 2].map((at) => ({ ...signedBy('byzantine', 4, at), signed: { ...signedBy('byzantine', 4, at).signed, signature: Buffer.alloc(64) } }));
    expect(findCertified(forged, rules, fakeVerify)).toBeUndefined();
    for (const change of [{ height: 1 }, { ranges: 8 }, { bytes: 1 }, { blockHash: facts.stateHash }, { stateHash: facts.blockHash }, { chain: chainId('reef-2209') }]) {
      const others = [one, signedBy('byzantine', 4, 1), signedBy('byzantine', 4, 2, { ...facts, ...change })];
      expect(findCertified(others, rules, fakeVerify), JSON.stringify(change)).toBeUndefined();
    }
  });

  it('is certified by the honest quorum beside one who says something else, who is no source of it', () => {
    const rules = fakeRules('byzantine', 4);
    const liar = signedBy('byzantine', 4, 0, { ...facts, stateHash: facts.blockHash });
    const follower = { ...signedBy('byzantine', 8, 6), name: 'follower' };
    const certified = findCertified([liar, follower, ...[1, 2, 3].map((at) => signedBy('byzantine', 4, at))], rules, fakeVerify);
    expect(certified?.facts).toEqual(facts);
    expect(certified?.signers.map(({ name }) => name)).toEqual(['follower', 'V1', 'V2', 'V3']);
  });

  it('is signed in words that mean nothing else', () => {
    expect(Buffer.from(snapshotStatement(facts)).toString('latin1')).toContain('chainworks/snapshot/1');
    expect(snapshotStatement(facts)).not.toEqual(snapshotStatement({ ...facts, chain: chainId('reef-2209') }));
  });
});
