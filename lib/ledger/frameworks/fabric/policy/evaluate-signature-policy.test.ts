import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../testing/random';
import { checkPrincipal } from '../msp/check-principal';
import { createIdentity } from '../msp/create-identity';
import { createMspManager } from '../msp/create-msp-manager';
import type { Identity } from '../msp/msp';
import { derTag, encodeDer } from '../msp/der';
import { readCertificate } from '../msp/certificate';
import { randomPolicyText } from '../testing/random-policy';
import { encodePem, withS } from '../testing/test-certificate';
import { createTestOrganisation, issueTestRevocations, serializeIdentity, type TestSigner } from '../testing/test-organisation';
import { evaluateSignaturePolicy } from './evaluate-signature-policy';
import { evaluateSignedData } from './evaluate-signed-data';
import { parsePolicy } from './parse-policy';
import { policyOfSignatures } from './policy';
import { principalsMax, rulesMax, createSignaturePolicy, type SignaturePolicy, type SignatureRule } from './signature-policy';
import { signaturesMax, validIdentities, type SignedData } from './valid-identities';

const orgs = [0, 1, 2].map((number) => createTestOrganisation(`Org${number}MSP`));
const msps = orgs.map((org) => org.createMsp());
const manager = createMspManager(msps);
const roles = ['client', 'peer', 'peer', 'admin'];
const signers = orgs.flatMap((org) => roles.map((role) => org.issue({ units: [role] })));
const identities = signers.map(({ serialized }) => manager.deserializeIdentity(serialized));

const data = Buffer.from('proposal response');
const signedBy = (signer: TestSigner): SignedData => ({ data, identity: signer.serialized, signature: signer.sign(data) });
const passes = (text: string, ...who: number[]) => evaluateSignaturePolicy(parsePolicy(text), who.map((index) => identities[index] as Identity)) === undefined;

/** What is left of the signers after a rule took the first that fit, or undefined when it fails. Written without state. */
function naive(policy: SignaturePolicy, rule: SignatureRule, left: readonly Identity[]): readonly Identity[] | undefined {
  if (rule.kind === 'signedBy') {
    const meaning = policy.principals[rule.principal]?.meaning;
    const taken = left.find((identity) => meaning && checkPrincipal(identity, meaning) === undefined);
    return taken && left.filter((identity) => identity !== taken);
  }
  const steps = rule.rules.reduce<{ left: readonly Identity[]; count: number }>((so, inner) => {
    const rest = naive(policy, inner, so.left);
    return rest ? { left: rest, count: so.count + 1 } : so;
  }, { left, count: 0 });
  return steps.count >= rule.n ? steps.left : undefined;
}

/** Is there any way at all to give each signature to one rule? All ways are tried. */
function isPossible(policy: SignaturePolicy, rule: SignatureRule, left: readonly Identity[]): (readonly Identity[])[] {
  if (rule.kind === 'signedBy') {
    const meaning = policy.principals[rule.principal]?.meaning;
    return left.filter((identity) => meaning && checkPrincipal(identity, meaning) === undefined).map((taken) => left.filter((one) => one !== taken));
  }
  let ways: { left: readonly Identity[]; count: number }[] = [{ left, count: 0 }];
  for (const inner of rule.rules) {
    ways = ways.flatMap((way) => [way, ...isPossible(policy, inner, way.left).map((rest) => ({ left: rest, count: way.count + 1 }))]).slice(0, 2_000);
  }
  return ways.filter(({ count }) => count >= rule.n).map((way) => way.left);
}

describe('evaluateSignaturePolicy', () => {
  it('counts a signer once, however many rules it would satisfy', () => {
    expect(passes('AND(\'Org0MSP.member\', \'Org0MSP.member\')', 1)).toBe(false);
    expect(passes('AND(\'Org0MSP.member\', \'Org0MSP.member\')', 1, 2)).toBe(true);
    expect(passes('AND(\'Org0MSP.member\', \'Org1MSP.member\')', 1, 5)).toBe(true);
    expect(passes('AND(\'Org0MSP.member\', \'Org1MSP.member\')', 1, 2)).toBe(false);
  });

  it('takes the signers in their order: what one rule took is gone for the next', () => {
    // Signer 0 is a client, 1 a peer. The member rule takes whoever comes first.
    expect(passes('AND(\'Org0MSP.member\', \'Org0MSP.peer\')', 0, 1)).toBe(true);
    expect(passes('AND(\'Org0MSP.member\', \'Org0MSP.peer\')', 1, 0)).toBe(false);
  });

  it('asks every rule of a gate, also when it has enough: they use up signers', () => {
    expect(passes('AND(OR(\'Org0MSP.peer\', \'Org0MSP.peer\'), \'Org0MSP.peer\')', 1, 2)).toBe(false);
    expect(passes('AND(\'Org0MSP.peer\', OR(\'Org0MSP.peer\', \'Org0MSP.peer\'))', 1, 2)).toBe(true);
  });

  it('frees the signers that a failing gate used', () => {
    expect(passes('OutOf(1, AND(\'Org0MSP.peer\', \'Org1MSP.peer\'), \'Org0MSP.peer\')', 1)).toBe(true);
  });

  it('is always satisfied by a policy that asks for nothing, never by one that asks for more than it names', () => {
    expect(passes('OutOf(0, \'Org0MSP.peer\')')).toBe(true);
    expect(passes('OutOf(2, \'Org0MSP.member\')', 0, 1, 2, 3)).toBe(false);
  });

  const seed = Number(process.env.SEED ?? 99);
  it(`agrees with a naive evaluator, and passes only what can be assigned one to one (SEED=${seed})`, () => {
    const random = createRandom(seed);
    let passed = 0;
    for (let run = 0; run < 1_500; run += 1) {
      const policy = parsePolicy(randomPolicyText(random));
      const who = identities.filter(() => random.chance(0.4)).sort(() => random.next() - 0.5);
      const isSatisfied = evaluateSignaturePolicy(policy, who) === undefined;
      expect(isSatisfied, `run ${run}`).toBe(naive(policy, policy.rule, who) !== undefined);
      if (!isSatisfied) continue;
      passed += 1;
      if (who.length <= 4) expect(isPossible(policy, policy.rule, who), `run ${run}`).not.toEqual([]);
    }
    expect(passed).toBeGreaterThan(200);
    expect(passed).toBeLessThan(1_400);
  });

  it('ends soon with as many rules, principals and signers as there may be', () => {
    const text = `OutOf(1, ${Array.from({ length: principalsMax }, (_, index) => `'Org${index % 3}MSP.admin'`).join(', ')})`;
    const many = Array.from({ length: 50 }, () => identities).flat();
    expect(evaluateSignaturePolicy(parsePolicy(text), many)).toBeUndefined();
    const rules = Array.from({ length: rulesMax }, (): SignatureRule => ({ kind: 'signedBy', principal: 0 }));
    expect(() => createSignaturePolicy({ kind: 'outOf', n: 1, rules }, [{ classification: 0, principal: new Uint8Array() }])).toThrow('more than 1000 rules');
  });
});

describe('validIdentities', () => {
  const [first, second] = [signers[1], signers[2]] as [TestSigner, TestSigner];

  it('keeps who signed, in order, and leaves out a wrong, a high-S and a foreign signature', () => {
    const foreign = createTestOrganisation('Org0MSP').issue();
    const set: SignedData[] = [
      { ...signedBy(first), signature: second.sign(data) },
      signedBy(second),
      { ...signedBy(first), signature: withS(first.sign(data), true) },
      signedBy(foreign),
      { data, identity: Buffer.from('nobody'), signature: Buffer.of() },
      signedBy(first),
    ];
    expect(validIdentities(set, manager)).toEqual([manager.deserializeIdentity(second.serialized), manager.deserializeIdentity(first.serialized)]);
  });

  it('counts a signer once who signs twice, also with its certificate encoded in another way', () => {
    const { toBeSigned, algorithm, signature } = readCertificate(first.der).signed;
    const high = encodeDer(derTag.sequence, toBeSigned.whole, algorithm.whole, encodeDer(derTag.bitString, Buffer.of(0), withS(signature, true)));
    const disguises = [encodePem('CERTIFICATE', high), Buffer.concat([Buffer.from('a comment\n'), first.pem]), Buffer.from(Buffer.from(first.pem).toString().replaceAll('\n', '\r\n'))];
    for (const pem of disguises) {
      const set = [signedBy(first), { ...signedBy(first), identity: serializeIdentity('Org0MSP', pem) }];
      expect(validIdentities(set, manager)).toHaveLength(1);
      expect(evaluateSignaturePolicy(parsePolicy('AND(\'Org0MSP.peer\', \'Org0MSP.peer\')'), validIdentities(set, manager))).toBe('signature set did not satisfy policy');
    }
  });

  it('leaves a revoked endorser to the policy, which refuses it', () => {
    const org = orgs[0] as (typeof orgs)[number];
    const revoking = createMspManager([org.createMsp({ revocationLists: [issueTestRevocations(org.root, [first.serial])] })]);
    const found = validIdentities([signedBy(first), signedBy(second)], revoking);
    expect(found).toHaveLength(2);
    expect(evaluateSignaturePolicy(parsePolicy('AND(\'Org0MSP.peer\', \'Org0MSP.peer\')'), found)).toBe('signature set did not satisfy policy');
    expect(evaluateSignaturePolicy(parsePolicy('OR(\'Org0MSP.peer\')'), found)).toBeUndefined();
  });

  it('looks at a bounded number of signatures', () => {
    const many = Array.from({ length: signaturesMax + 1 }, () => signedBy(first));
    expect(() => validIdentities(many, manager)).toThrow('more than 1000 signatures');
    expect(evaluateSignedData(policyOfSignatures(parsePolicy('OR(\'Org0MSP.peer\')')), many, manager)).toBe('There are more than 1000 signatures');
  });

  it('is what a policy is held against', () => {
    const policy = policyOfSignatures(parsePolicy('AND(\'Org0MSP.peer\', \'Org0MSP.peer\')'));
    expect(evaluateSignedData(policy, [signedBy(first), signedBy(second)], manager)).toBeUndefined();
    expect(evaluateSignedData(policy, [signedBy(first), { ...signedBy(second), signature: first.sign(data) }], manager)).toBe('signature set did not satisfy policy');
  });

  it('gives identities that another parse of the same certificate equals', () => {
    expect(createIdentity(msps[0] as (typeof msps)[number], first.pem).id).toBe(manager.deserializeIdentity(first.serialized).id);
  });
});
