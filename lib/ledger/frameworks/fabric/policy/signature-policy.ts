import { decodePrincipal, type Principal, type RawPrincipal } from '../msp/principal';
import { FabricRefusal } from '../msp/refusal';

/** A rule of common.SignaturePolicy: one signature of a principal, or so many of the rules. */
export type SignatureRule =
  | { readonly kind: 'signedBy'; /** Index into the policy's principals. */ readonly principal: number }
  | { readonly kind: 'outOf'; readonly n: number; readonly rules: readonly SignatureRule[] };

/** A principal as it came and what it means. */
export interface PolicyPrincipal {
  readonly raw: RawPrincipal;
  readonly meaning: Principal;
}

/** common.SignaturePolicyEnvelope, within the limits below. Made by `createSignaturePolicy`. */
export interface SignaturePolicy {
  readonly version: number;
  readonly rule: SignatureRule;
  readonly principals: readonly PolicyPrincipal[];
}

export const policyBytesMax = 256 * 1024;
const ruleDepthMax = 32;
export const rulesMax = 1_000;
export const principalsMax = 500;

/**
 * Checks what Fabric checks when it compiles a policy (common/cauthdsl/cauthdsl.go), and the limits. How many of the rules
 * are asked for is not checked: none is always satisfied, more than there are never.
 * @throws FabricRefusal not-allowed, limit
 */
export function createSignaturePolicy(rule: SignatureRule, principals: readonly RawPrincipal[], version = 0): SignaturePolicy {
  if (principals.length > principalsMax) throw new FabricRefusal('limit', `A policy has more than ${principalsMax} identities`);
  let rules = 0;
  const check = (one: SignatureRule, depth: number): void => {
    rules += 1;
    if (rules > rulesMax) throw new FabricRefusal('limit', `A policy has more than ${rulesMax} rules`);
    if (depth > ruleDepthMax) throw new FabricRefusal('limit', `A policy is nested deeper than ${ruleDepthMax}`);
    if (one.kind === 'outOf') for (const inner of one.rules) check(inner, depth + 1);
    else if (one.principal < 0 || one.principal >= principals.length) {
      throw new FabricRefusal('not-allowed', `identity index out of range, requested ${one.principal}, but identities length is ${principals.length}`);
    }
  };
  check(rule, 1);
  return { version, rule, principals: principals.map((raw) => ({ raw, meaning: decodePrincipal(raw) })) };
}
