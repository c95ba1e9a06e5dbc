import { checkPrincipal } from '../msp/check-principal';
import type { Identity } from '../msp/msp';
import type { SignaturePolicy, SignatureRule } from './signature-policy';

/**
 * Do these signers satisfy the policy? Undefined when they do. `identities` are free of doubles, and their order counts: a
 * principal takes the first of them that is not yet used, and a gate asks every one of its rules, also when it has enough, in
 * their order. So a set may fail in one order and pass in another, exactly as in Fabric (common/cauthdsl/cauthdsl.go).
 */
export function evaluateSignaturePolicy({ rule, principals }: SignaturePolicy, identities: readonly Identity[]): string | undefined {
  const answers = principals.map(() => new Map<number, boolean>());
  const satisfies = (index: number, principal: number): boolean => {
    const [identity, meaning, known] = [identities[index], principals[principal]?.meaning, answers[principal]];
    if (!identity || !meaning || !known) return false;
    const answer = known.get(index) ?? checkPrincipal(identity, meaning) === undefined;
    known.set(index, answer);
    return answer;
  };

  const evaluate = (one: SignatureRule, used: boolean[]): boolean => {
    if (one.kind === 'signedBy') {
      const found = identities.findIndex((_, index) => !used[index] && satisfies(index, one.principal));
      if (found >= 0) used[found] = true;
      return found >= 0;
    }
    let verified = 0;
    for (const inner of one.rules) {
      // What a rule that fails has used is free again.
      const tried = [...used];
      if (!evaluate(inner, tried)) continue;
      verified += 1;
      tried.forEach((isUsed, index) => (used[index] = isUsed));
    }
    return verified >= one.n;
  };

  return evaluate(rule, identities.map(() => false)) ? undefined : 'signature set did not satisfy policy';
}
