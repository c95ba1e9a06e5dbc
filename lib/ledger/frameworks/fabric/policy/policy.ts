import type { Identity } from '../msp/msp';
import { FabricRefusal } from '../msp/refusal';
import { evaluateSignaturePolicy } from './evaluate-signature-policy';
import { createSignaturePolicy, type SignaturePolicy, type SignatureRule } from './signature-policy';

/** Something that signers satisfy or not. */
export interface Policy {
  /** Undefined when the signers, as `validIdentities` gives them, satisfy it; else the reason in Fabric's words. */
  evaluate(identities: readonly Identity[]): string | undefined;
  /**
   * The same as one signature policy, for planning.
   * @throws FabricRefusal not-allowed when there is none
   */
  convert(): SignaturePolicy;
}

export function policyOfSignatures(policy: SignaturePolicy): Policy {
  return { evaluate: (identities) => evaluateSignaturePolicy(policy, identities), convert: () => policy };
}

/** What stands where no policy was found: refuses everybody. */
export function policyOfNobody(name: string): Policy {
  return {
    evaluate: () => `no such policy: '${name}'`,
    convert: () => {
      throw new FabricRefusal('not-allowed', `no such policy: '${name}'`);
    },
  };
}

/**
 * Several policies as one, `n` of which must be satisfied. Equal principals become one (common/policies/convert.go).
 * @throws FabricRefusal limit
 */
export function mergeSignaturePolicies(n: number, policies: readonly SignaturePolicy[]): SignaturePolicy {
  const indices = new Map<string, number>();
  const principals: SignaturePolicy['principals'][number][] = [];
  const rules = policies.map((policy) => {
    const moved = policy.principals.map((principal) => {
      const key = `${principal.raw.classification} ${Buffer.from(principal.raw.principal).toString('hex')}`;
      const index = indices.get(key) ?? principals.push(principal) - 1;
      indices.set(key, index);
      return index;
    });
    return remap(policy.rule, moved);
  });
  return createSignaturePolicy({ kind: 'outOf', n, rules }, principals.map(({ raw }) => raw));
}

function remap(rule: SignatureRule, moved: readonly number[]): SignatureRule {
  if (rule.kind === 'signedBy') return { kind: 'signedBy', principal: moved[rule.principal] ?? -1 };
  return { ...rule, rules: rule.rules.map((inner) => remap(inner, moved)) };
}
