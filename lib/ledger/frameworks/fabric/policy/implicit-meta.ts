import { FabricRefusal } from '../msp/refusal';
import { readWire } from '../msp/wire';
import { mergeSignaturePolicies, type Policy } from './policy';

const implicitRules = ['ANY', 'ALL', 'MAJORITY'] as const;
export type ImplicitRule = (typeof implicitRules)[number];

/** common.ImplicitMetaPolicy: so many of the policies of this name in the groups below. */
export interface ImplicitMeta {
  readonly subPolicy: string;
  readonly rule: ImplicitRule;
}

/** @throws FabricRefusal malformed, not-allowed */
export function readImplicitMeta(bytes: Uint8Array): ImplicitMeta {
  const message = readWire(bytes, 'ImplicitMetaPolicy');
  const number = message.int32(2);
  const rule = implicitRules[number];
  // Fabric leaves the threshold at zero then, and the policy is satisfied when nobody satisfies it.
  if (!rule) throw new FabricRefusal('not-allowed', `unknown rule type '${number}', expected ALL, ANY, or MAJORITY`);
  return { subPolicy: message.text(1), rule };
}

/** The text form, `MAJORITY Endorsement` (common/policies/implicitmetaparser.go). @throws FabricRefusal not-allowed */
export function parseImplicitMeta(text: string): ImplicitMeta {
  const parts = text.split(' ');
  const [word = '', subPolicy = ''] = parts;
  if (parts.length !== 2) throw new FabricRefusal('not-allowed', `expected two space separated tokens, but got ${parts.length}`);
  const rule = implicitRules.find((one) => one === word);
  if (!rule) throw new FabricRefusal('not-allowed', `unknown rule type '${word}', expected ALL, ANY, or MAJORITY`);
  return { subPolicy, rule };
}

/** How many of `count` must be satisfied. None of none is enough for each rule. */
export function thresholdOf(rule: ImplicitRule, count: number): number {
  if (count === 0) return 0;
  if (rule === 'ANY') return 1;
  return rule === 'ALL' ? count : Math.floor(count / 2) + 1;
}

/** The sub-policies each look at all signers: one signature may count in several (common/policies/implicitmeta.go). */
export function policyOfImplicitMeta({ subPolicy, rule }: ImplicitMeta, subPolicies: readonly Policy[]): Policy {
  const threshold = thresholdOf(rule, subPolicies.length);
  return {
    evaluate(identities) {
      let satisfied = 0;
      for (const policy of subPolicies) {
        if (satisfied < threshold && policy.evaluate(identities) === undefined) satisfied += 1;
      }
      if (satisfied >= threshold) return undefined;
      return `implicit policy evaluation failed - ${satisfied} sub-policies were satisfied, but this policy requires ${threshold} of the '${subPolicy}' sub-policies to be satisfied`;
    },
    convert: () => mergeSignaturePolicies(threshold, subPolicies.map((policy) => policy.convert())),
  };
}
