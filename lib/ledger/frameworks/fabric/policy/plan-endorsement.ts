import { checkPrincipal } from '../msp/check-principal';
import type { Identity } from '../msp/msp';
import type { Principal, RawPrincipal } from '../msp/principal';
import { FabricRefusal } from '../msp/refusal';
import { evaluateSignaturePolicy } from './evaluate-signature-policy';
import { findPrincipalSets, keyOf, mergePrincipalSets, mspIdOf, type PrincipalSet } from './principal-sets';
import type { PolicyPrincipal, SignaturePolicy } from './signature-policy';

/** How many signers of which principals suffice, as Fabric's discovery calls it; its groups are the principals. */
export interface Layout {
  readonly groups: readonly { readonly principal: RawPrincipal; readonly quantity: number }[];
  /** The same by organisation: MSP id and number of signers. */
  readonly organisations: ReadonlyMap<string, number>;
}

export interface EndorsementPlan {
  readonly layout: Layout;
  /** Who is asked. Their endorsements must stand in the transaction in this order: the policy takes signers as they come. */
  readonly endorsers: readonly Identity[];
}

export interface PlanEndorsement {
  /** All must be satisfied: of the chaincodes that write, their collections, and keys. */
  readonly policies: readonly SignaturePolicy[];
  /** Who can be asked, the preferred first; at most 500. */
  readonly endorsers: readonly Identity[];
}

const policiesMax = 100;
const endorsersMax = 500;
export const plansMax = 100;

const unavailable = 'no peer combination can satisfy the endorsement policy';

/**
 * The layouts that satisfy all of the policies, none of which asks for more than another, whoever is there.
 * @throws FabricRefusal not-allowed, limit
 */
export function listLayouts(policies: readonly SignaturePolicy[]): Layout[] {
  return findSets(policies, () => true).map(layoutOf);
}

/**
 * Whom to ask for endorsements: every set of endorsers that satisfies the policies with nobody to spare, checked with the
 * policies themselves. First those with the preferred endorser, then the smaller ones.
 * @throws FabricRefusal not-allowed when nobody can satisfy them
 */
export function planEndorsement({ policies, endorsers }: PlanEndorsement): EndorsementPlan[] {
  if (endorsers.length > endorsersMax) throw new FabricRefusal('limit', `There are more than ${endorsersMax} endorsers`);
  const satisfies = rememberAnswers(endorsers);
  const plans = new Map<string, EndorsementPlan & { readonly ranks: readonly number[] }>();
  const isUsable = (principal: Principal) => endorsers.some((_, rank) => satisfies(rank, principal));
  for (const set of findSets(policies, isUsable)) {
    const ranks = assign(set, endorsers.length, satisfies);
    const ordered = ranks && findOrder(ranks, policies, endorsers);
    if (!ordered) continue;
    const name = [...ordered].sort((a, b) => a - b).join();
    if (!plans.has(name)) plans.set(name, { layout: layoutOf(set), endorsers: ordered.map((rank) => endorsers[rank] as Identity), ranks: ordered });
  }
  if (plans.size === 0) throw new FabricRefusal('not-allowed', unavailable);
  const sum = (ranks: readonly number[]) => ranks.reduce((total, rank) => total + rank, 0);
  return [...plans.values()]
    .sort((a, b) => Number(b.ranks.includes(0)) - Number(a.ranks.includes(0)) || a.ranks.length - b.ranks.length || sum(a.ranks) - sum(b.ranks))
    .slice(0, plansMax)
    .map(({ layout, endorsers: chosen }) => ({ layout, endorsers: chosen }));
}

function findSets(policies: readonly SignaturePolicy[], isUsable: (principal: Principal) => boolean): PrincipalSet[] {
  if (policies.length === 0) throw new FabricRefusal('not-allowed', 'no principal sets remained after filtering');
  if (policies.length > policiesMax) throw new FabricRefusal('limit', `There are more than ${policiesMax} policies to satisfy at once`);
  const all = policies.map((policy) => {
    const sets = findPrincipalSets(policy, isUsable);
    // Two reasons that ask for different remedies: another policy, or another peer.
    if (sets.length === 0) throw new FabricRefusal('not-allowed', findPrincipalSets(policy, () => true).length === 0 ? 'endorsement policy cannot be satisfied' : unavailable);
    return sets;
  });
  return mergePrincipalSets(all);
}

function layoutOf(set: PrincipalSet): Layout {
  const groups = new Map<string, { principal: RawPrincipal; quantity: number }>();
  const organisations = new Map<string, number>();
  for (const { raw, meaning } of set) {
    const group = groups.get(keyOf(meaning)) ?? { principal: raw, quantity: 0 };
    groups.set(keyOf(meaning), { ...group, quantity: group.quantity + 1 });
    const mspId = mspIdOf(meaning);
    if (mspId !== undefined) organisations.set(mspId, (organisations.get(mspId) ?? 0) + 1);
  }
  return { groups: [...groups.values()], organisations };
}

type Satisfies = (rank: number, principal: Principal) => boolean;

function rememberAnswers(endorsers: readonly Identity[]): Satisfies {
  const answers = new Map<string, boolean>();
  return (rank, principal) => {
    const name = `${rank} ${keyOf(principal)}`;
    const known = answers.get(name);
    if (known !== undefined) return known;
    const endorser = endorsers[rank];
    const answer = endorser !== undefined && checkPrincipal(endorser, principal) === undefined;
    answers.set(name, answer);
    return answer;
  };
}

/** A different endorser for each principal, the preferred ones first, by augmenting paths; undefined when there are too few. */
function assign(set: PrincipalSet, endorsers: number, satisfies: Satisfies): number[] | undefined {
  const principalOf = new Map<number, number>();
  const place = (index: number, tried: Set<number>): boolean => {
    const principal = set[index] as PolicyPrincipal;
    const fitting = Array.from({ length: endorsers }, (_, rank) => rank).filter((rank) => satisfies(rank, principal.meaning));
    const free = fitting.find((rank) => !principalOf.has(rank));
    const found = free ?? fitting.find((rank) => {
      if (tried.has(rank)) return false;
      tried.add(rank);
      return place(principalOf.get(rank) as number, tried);
    });
    if (found !== undefined) principalOf.set(found, index);
    return found !== undefined;
  };
  if (!set.every((_, index) => place(index, new Set()))) return undefined;
  const ranks: number[] = [];
  for (const [rank, index] of principalOf) ranks[index] = rank;
  return ranks;
}

/** An order in which every policy, which takes signers as they come, is satisfied. */
function findOrder(ranks: readonly number[], policies: readonly SignaturePolicy[], endorsers: readonly Identity[]): readonly number[] | undefined {
  const satisfied = (order: readonly number[]) => policies.every((policy) => evaluateSignaturePolicy(policy, order.map((rank) => endorsers[rank] as Identity)) === undefined);
  return [ranks, [...ranks].reverse()].find(satisfied);
}
