import { FabricRefusal } from '../msp/refusal';
import type { SignaturePolicy, SignatureRule } from './signature-policy';

/**
 * The text of a policy, which `parsePolicy` reads as a policy that the same signers satisfy.
 * @throws FabricRefusal not-allowed when no text says it: a principal that is no role, or a number of rules that it may not ask for
 */
export function printPolicy({ rule, principals }: SignaturePolicy): string {
  const print = (one: SignatureRule): string => {
    if (one.kind === 'outOf') return printGate(one.n, one.rules.map(print));
    const meaning = principals[one.principal]?.meaning;
    if (meaning?.kind !== 'role' || !/^[A-Za-z0-9.-]+$/.test(meaning.mspId)) {
      throw new FabricRefusal('not-allowed', `The policy names a principal that has no text form (${meaning?.kind ?? 'none'}): only roles of MSPs with letters, digits, dots and dashes have one`);
    }
    return `'${meaning.mspId}.${meaning.role}'`;
  };
  // A text is a gate at least.
  return rule.kind === 'outOf' ? print(rule) : `OR(${print(rule)})`;
}

function printGate(n: number, rules: readonly string[]): string {
  if (rules.length === 0 || n < 0 || n > rules.length + 1) throw new FabricRefusal('not-allowed', `The policy asks for ${n} of ${rules.length} rules, which has no text form`);
  if (n === 1) return `OR(${rules.join(', ')})`;
  return n === rules.length ? `AND(${rules.join(', ')})` : `OutOf(${n}, ${rules.join(', ')})`;
}
