import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../testing/random';
import { FabricRefusal } from '../msp/refusal';
import { randomPolicyText } from '../testing/random-policy';
import { decodeSignaturePolicy } from './decode-signature-policy';
import { encodeSignaturePolicy } from './encode-signature-policy';
import { parsePolicy } from './parse-policy';
import { printPolicy } from './print-policy';
import type { SignatureRule } from './signature-policy';

const signedBy = (principal: number): SignatureRule => ({ kind: 'signedBy', principal });
const outOf = (n: number, ...rules: SignatureRule[]): SignatureRule => ({ kind: 'outOf', n, rules });

function expectPolicy(text: string, rule: SignatureRule, principals: readonly string[]): void {
  const policy = parsePolicy(text);
  expect(policy.version).toBe(0);
  expect(policy.rule, text).toEqual(rule);
  expect(policy.principals.map(({ meaning }) => meaning.kind === 'role' && `${meaning.mspId}.${meaning.role}`)).toEqual(principals);
}

describe('parsePolicy', () => {
  it('reads gates in their three spellings, and numbers in quotes', () => {
    for (const and of ['AND', 'And', 'and']) expectPolicy(`${and}('A.member', 'B.peer')`, outOf(2, signedBy(0), signedBy(1)), ['A.member', 'B.peer']);
    for (const or of ['OR', 'Or', 'or']) expectPolicy(`${or}("A.admin",\n\t'B.client')`, outOf(1, signedBy(0), signedBy(1)), ['A.admin', 'B.client']);
    for (const of of ['OutOf', 'outof', 'OUTOF']) expectPolicy(`${of}('2', 'A.member', 'B.orderer')`, outOf(2, signedBy(0), signedBy(1)), ['A.member', 'B.orderer']);
    expectPolicy('AND(\'A.member\')', outOf(1, signedBy(0)), ['A.member']);
    expectPolicy('OutOf(1.9, \'A.member\')', outOf(1, signedBy(0)), ['A.member']);
  });

  it('numbers the principals of inner gates first, as Fabric does, and an equal one anew', () => {
    expectPolicy('OR(\'A.member\', AND(\'B.member\', \'C.member\'))', outOf(1, signedBy(2), outOf(2, signedBy(0), signedBy(1))), ['B.member', 'C.member', 'A.member']);
    expectPolicy('OR(AND(\'A.member\', \'B.member\'), OR(\'C.admin\', \'D.member\'))', outOf(1, outOf(2, signedBy(0), signedBy(1)), outOf(1, signedBy(2), signedBy(3))), ['A.member', 'B.member', 'C.admin', 'D.member']);
    expectPolicy('AND(\'A.peer\', \'A.peer\')', outOf(2, signedBy(0), signedBy(1)), ['A.peer', 'A.peer']);
  });

  it('reads MSPs with dots and dashes', () => {
    expectPolicy('OR(\'MSP.member\', \'MSP.WITH.DOTS.member\', \'MSP-WITH-DASHES.member\')', outOf(1, signedBy(0), signedBy(1), signedBy(2)), ['MSP.member', 'MSP.WITH.DOTS.member', 'MSP-WITH-DASHES.member']);
  });

  it('lets a policy ask for nothing, and for one more than there are: a key that nobody may change', () => {
    expectPolicy('OutOf(0, \'A.member\', \'B.member\')', outOf(0, signedBy(0), signedBy(1)), ['A.member', 'B.member']);
    expectPolicy('OutOf(3, \'A.member\', \'B.member\')', outOf(3, signedBy(0), signedBy(1)), ['A.member', 'B.member']);
  });

  const refusals: readonly [string, string][] = [
    ['', 'Unexpected end of expression'],
    ['\'\'', 'Unexpected end of expression'],
    ['1', 'invalid policy string \'1\''],
    ['\'1\'', 'invalid policy string \'\'1\'\''],
    ['Bmember', 'unrecognized token \'Bmember\' in policy string'],
    ['OR(\'A.member\', Bmember)', 'unrecognized token \'Bmember\' in policy string'],
    ['OR(\'A.member\', \'Bmember\')', 'unrecognized token \'Bmember\' in policy string'],
    ['OR(A.member)', 'Unable to access unexported field \'member\' in token \'A.member\''],
    ['OR(\'Org_1.member\')', 'Unable to access unexported field \'member\' in token \'Org_1.member\''],
    ['OR(\'A.boss\')', 'Unable to access unexported field \'boss\' in token \'A.boss\''],
    ['OR(\'A.\')', 'Hanging accessor on token \'A.\''],
    ['OutOf(1)', 'expected at least two arguments to NOutOf. Given 1'],
    ['AND()', 'expected at least two arguments to NOutOf. Given 1'],
    ['OutOf()', 'expected at least two arguments to NOutOf. Given 0'],
    ['OutOf(true, \'A.member\')', 'unexpected type bool'],
    ['OutOf(1, 2)', 'unexpected type float64'],
    ['OutOf(1, true)', 'unexpected type bool'],
    ['OutOf(1, \'true\')', 'unexpected type bool'],
    ['OutOf(1, \'2\')', 'unrecognized type, expected a principal or a policy, got float64'],
    ['OutOf(\'x\', \'A.member\')', 'unrecognized token \'x\' in policy string'],
    ['OutOf(OR(\'A.member\'), \'A.member\')', 'unrecognized type, expected a number, got *common.SignaturePolicy'],
    ['OutOf(-1, \'A.member\', \'B.member\')', 'invalid t-out-of-n predicate, t -1, n 2'],
    ['OutOf(4, \'A.member\', \'B.member\')', 'invalid t-out-of-n predicate, t 4, n 2'],
    ['OutOf(1.2.3, \'A.member\')', 'Unable to parse numeric value \'1.2.3\' to float64'],
    ['NAND(\'A.member\')', 'Undefined function NAND'],
    ['OR(NAND(\'A.member\'))', 'Undefined function NAND'],
    ['OR(\'A.member', 'Unclosed string literal'],
    ['OR(\'A.member\'', 'Unbalanced parenthesis'],
    ['OR(\'A.member\'))', 'Unbalanced parenthesis'],
    ['OR', 'Unexpected end of expression'],
    ['OR \'A.member\'', 'Invalid token: \'A.member\''],
    ['OR(\'A.member\' \'B.member\')', 'Invalid token: \'B.member\''],
    ['OR(\'A.member\',)', 'Invalid token: \')\''],
    ['\'A.member\' && \'B.member\'', 'Invalid token: \'&\''],
  ];
  for (const [text, message] of refusals) {
    it(`says what is wrong with ${text || 'nothing'}`, () => {
      expect(() => parsePolicy(text)).toThrow(new FabricRefusal('not-allowed', message));
    });
  }

  it('refuses what is longer or deeper than it reads', () => {
    expect(() => parsePolicy(' '.repeat(70_000))).toThrow('more than 65536 characters');
    expect(() => parsePolicy(`${'OR('.repeat(40)}'A.member'${')'.repeat(40)}`)).toThrow('nested deeper than 32');
    expect(() => parsePolicy(`OR(${Array.from({ length: 501 }, () => '\'A.member\'').join()})`)).toThrow('more than 500 identities');
  });
});

describe('printPolicy', () => {
  const seed = Number(process.env.SEED ?? 7);
  it(`writes what parsePolicy reads as the same policy, and its bytes come back as they were (SEED=${seed})`, () => {
    const random = createRandom(seed);
    for (let run = 0; run < 500; run += 1) {
      const policy = parsePolicy(randomPolicyText(random));
      expect(parsePolicy(printPolicy(policy)), printPolicy(policy)).toEqual(policy);
      expect(decodeSignaturePolicy(encodeSignaturePolicy(policy))).toEqual(policy);
    }
  });

  it('refuses what has no text form', () => {
    const policy = parsePolicy('OR(\'A.member\')');
    const identity = { raw: { classification: 2, principal: Buffer.of(1) }, meaning: { kind: 'anyone' as const } };
    expect(() => printPolicy({ ...policy, principals: [identity] })).toThrow('no text form (anyone)');
    expect(() => printPolicy({ ...policy, rule: outOf(5, signedBy(0)) })).toThrow('asks for 5 of 1 rules');
    expect(printPolicy({ ...policy, rule: signedBy(0) })).toBe('OR(\'A.member\')');
  });
});
