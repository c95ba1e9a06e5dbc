import { bytesToHex } from '@/lib/platform/pure/bytes';
import type { Principal } from '../msp/principal';
import type { PolicyPrincipal, SignaturePolicy, SignatureRule } from './signature-policy';

/** Principals that suffice when each of them signs; one that stands there twice must be two signers. */
export type PrincipalSet = readonly PolicyPrincipal[];

/** Sets that are kept of one policy or of several. What is beyond is left out, the last ones first. */
const principalSetsMax = 100;
/** Sets that are looked at to keep so many. */
const candidatesMax = 4 * principalSetsMax;
/** Signers in one set. */
const principalsMax = 64;

/**
 * The sets of principals that satisfy a policy, from every choice of exactly as many rules as each gate asks for
 * (common/policies/inquire). Empty when there is none, also when the policy asks for nothing: then there is nothing to plan.
 * Where there are too many, Fabric leaves out some by chance; here the same ones are always left out.
 * @param countSigners how many signers at hand are this principal: sets that need more are left out first
 */
export function findPrincipalSets({ rule, principals }: SignaturePolicy, countSigners: (principal: Principal) => number): PrincipalSet[] {
  const numberOf = new Map<string, number>();
  const groups = principals.map(({ meaning }) => {
    const key = keyOf(meaning);
    // Of a principal that speaks of no organisation nobody can say who should be asked.
    if (!numberOf.has(key)) numberOf.set(key, mspIdOf(meaning) === undefined ? 0 : countSigners(meaning));
    return key;
  });
  const fits = (indices: readonly number[]): boolean => {
    const counts = new Map<string, number>();
    return indices.length <= principalsMax && indices.every((index) => {
      const group = groups[index] ?? '';
      counts.set(group, (counts.get(group) ?? 0) + 1);
      return (counts.get(group) ?? 0) <= (numberOf.get(group) ?? 0);
    });
  };
  return reduceSets(choose(rule, fits).map((indices) => indices.map((index) => principals[index] as PolicyPrincipal)));
}

function choose(rule: SignatureRule, fits: (indices: readonly number[]) => boolean): (readonly number[])[] {
  if (rule.kind === 'signedBy') return fits([rule.principal]) ? [[rule.principal]] : [];
  if (rule.n <= 0) return [];
  const inner = rule.rules.map((one) => choose(one, fits)).filter((choices) => choices.length > 0);
  let partial: { readonly chosen: number; readonly indices: readonly number[] }[] = [{ chosen: 0, indices: [] }];
  inner.forEach((choices, at) => {
    const left = inner.length - at - 1;
    const next: typeof partial = [];
    for (const { chosen, indices } of partial) {
      if (chosen < rule.n) for (const more of choices) next.push({ chosen: chosen + 1, indices: [...indices, ...more] });
      next.push({ chosen, indices });
    }
    partial = next.filter((one) => one.chosen + left >= rule.n && fits(one.indices)).slice(0, candidatesMax);
  });
  return partial.filter(({ chosen }) => chosen === rule.n).map(({ indices }) => indices);
}

/**
 * The sets that satisfy all of several policies at once, as when chaincodes call each other: a signer of one may be one of
 * the other too.
 */
export function mergePrincipalSets(all: readonly (readonly PrincipalSet[])[]): PrincipalSet[] {
  const [first, ...others] = all;
  return others.reduce<PrincipalSet[]>((merged, sets) => {
    const pairs: PrincipalSet[] = [];
    for (const one of merged) for (const other of sets) if (pairs.length < candidatesMax) pairs.push(join(one, other));
    return reduceSets(pairs.filter((set) => set.length <= principalsMax));
  }, [...(first ?? [])]);
}

/** `one` with what `other` asks for besides. Of two principals of which one is a case of the other, the case remains. */
function join(one: PrincipalSet, other: PrincipalSet): PrincipalSet {
  const joined = [...one];
  const used = new Set<number>();
  for (const principal of other) {
    const at = joined.findIndex((existing, index) => !used.has(index) && (isCaseOf(existing.meaning, principal.meaning) || isCaseOf(principal.meaning, existing.meaning)));
    if (at < 0) {
      used.add(joined.push(principal) - 1);
      continue;
    }
    used.add(at);
    if (!isCaseOf((joined[at] as PolicyPrincipal).meaning, principal.meaning)) joined[at] = principal;
  }
  return joined;
}

/** Is whoever satisfies `special` known to satisfy `general` (common/policies/inquire/compare.go, IsA)? */
function isCaseOf(special: Principal, general: Principal): boolean {
  if (keyOf(special) === keyOf(general)) return true;
  return general.kind === 'role' && general.role === 'member' && mspIdOf(special) === general.mspId;
}

/** The organisation that a principal speaks of; undefined for one that speaks of none. */
export function mspIdOf(principal: Principal): string | undefined {
  return 'mspId' in principal ? principal.mspId : undefined;
}

const keys = new WeakMap<Principal, string>();

/** Equal for principals that mean the same. */
export function keyOf(principal: Principal): string {
  const known = keys.get(principal);
  if (known !== undefined) return known;
  const key = JSON.stringify(describe(principal));
  keys.set(principal, key);
  return key;
}

function describe(principal: Principal): unknown {
  if (principal.kind === 'identity') return ['identity', principal.mspId, bytesToHex(principal.certificate.der)];
  return principal.kind === 'combined' ? ['combined', principal.principals.map(describe)] : principal;
}

/** Without sets that ask for all that another asks for, and more. The order of the others stays. */
function reduceSets(sets: readonly PrincipalSet[]): PrincipalSet[] {
  const counted = sets.slice(0, candidatesMax).map((set) => ({ set, counts: countOf(set) }));
  const bySize = [...counted].sort((a, b) => a.set.length - b.set.length);
  const kept: typeof counted = [];
  for (const one of bySize) {
    if (kept.length < principalSetsMax && !kept.some((smaller) => isWithin(smaller.counts, one.counts))) kept.push(one);
  }
  const remaining = new Set(kept);
  return counted.filter((one) => remaining.has(one)).map(({ set }) => set);
}

function countOf(set: PrincipalSet): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { meaning } of set) counts.set(keyOf(meaning), (counts.get(keyOf(meaning)) ?? 0) + 1);
  return counts;
}

function isWithin(small: ReadonlyMap<string, number>, large: ReadonlyMap<string, number>): boolean {
  return [...small].every(([key, count]) => (large.get(key) ?? 0) >= count);
}
