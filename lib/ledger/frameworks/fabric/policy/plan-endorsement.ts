import { checkPrincipal } from '../msp/check-principal';
import type { Identity } from '../msp/msp';
import type { Principal, RawPrincipal } from '../msp/principal';
import { FabricRefusal } from '../msp/refusal';
import { evaluateSignaturePolicy } from './evaluate-signature-policy';
import { findPrincipalSets, keyOf, mergePrincipalSets, mspIdOf, type PrincipalSet } from './principal-sets';
import type { PolicyPrincipal, SignaturePolicy } from './signature-policy';

/** How many signers of which principals suffice, as Fabric's discovery calls it; its groups are the principals. */
export interface Layout {
  readonly groups: readonly { readonly principal: RawPrincipal; readonly meaning: Principal; readonly quantity: number }[];
  /** The same by organisation: MSP id and number of signers. */
  readonly organisations: ReadonlyMap<string, number>;
}

export interface PlanEndorsement {
  /** All must be satisfied: of the chaincodes that write, their collections, and keys. */
  readonly policies: readonly SignaturePolicy[];
  /** Who can be asked, the preferred first; at most 500. */
  readonly endorsers: readonly Identity[];
}

const policiesMax = 100;
const endorsersMax = 500;
/** Signers of which every order is tried: 120. */
const permutedMax = 5;
/** Assignments that are tried anew, of all sets together. */
const retriesMax = 500;
export const plansMax = 100;

const unavailable = 'no peer combination can satisfy the endorsement policy';

/** How many of those at hand are a principal. */
type CountSigners = (principal: Principal) => number;
/** The sets of principals that satisfy one policy. */
type FindSets = (policy: SignaturePolicy) => readonly PrincipalSet[];

/**
 * The layouts that satisfy all of the policies, none of which asks for more than another.
 * @param countSigners whoever there may be, unless it is given
 * @param yieldTurn between two policies: each may be work of many milliseconds
 * @throws FabricRefusal not-allowed, limit
 */
export async function listLayouts(policies: readonly SignaturePolicy[], countSigners: CountSigners = () => endorsersMax, yieldTurn: () => Promise<void> = () => Promise.resolve()): Promise<Layout[]> {
  checkNumber(policies);
  const found = new Map<SignaturePolicy, readonly PrincipalSet[]>();
  for (const policy of differentOf(policies)) {
    found.set(policy, findPrincipalSets(policy, countSigners));
    await yieldTurn();
  }
  return findSets(policies, (policy) => found.get(policy) ?? findPrincipalSets(policy, countSigners)).map(layoutOf);
}

/**
 * Whom to ask for endorsements: sets of endorsers that satisfy the policies, checked with the policies themselves. First
 * those with the preferred endorser, then the smaller ones. The endorsements of a set must stand in the transaction in its
 * order: policies take signers as they come. Where rules compete for the same signers some sets may not be found.
 * @throws FabricRefusal not-allowed when nobody can satisfy them
 */
export function planEndorsement({ policies, endorsers }: PlanEndorsement): (readonly Identity[])[] {
  if (endorsers.length > endorsersMax) throw new FabricRefusal('limit', `There are more than ${endorsersMax} endorsers`);
  const satisfies = rememberAnswers(endorsers);
  const countSigners = (principal: Principal) => endorsers.filter((_, rank) => satisfies(rank, principal)).length;
  const isSatisfied: IsSatisfied = (order) => policies.every((policy) => evaluateSignaturePolicy(policy, order.map((rank) => endorsers[rank] as Identity)) === undefined);
  const budget = { left: retriesMax };
  const plans = new Map<string, readonly number[]>();
  for (const set of findSets(policies, (policy) => findPrincipalSets(policy, countSigners))) {
    const ranks = findSigners(set, endorsers.length, satisfies, isSatisfied, budget);
    const name = ranks && [...ranks].sort((a, b) => a - b).join();
    if (ranks && name !== undefined && !plans.has(name)) plans.set(name, ranks);
  }
  const found = plans.size > 0 ? [...plans.values()] : [shrink(endorsers.map((_, rank) => rank), isSatisfied)];
  const sum = (ranks: readonly number[]) => ranks.reduce((total, rank) => total + rank, 0);
  return found
    .sort((a, b) => Number(b.includes(0)) - Number(a.includes(0)) || a.length - b.length || sum(a) - sum(b))
    .slice(0, plansMax)
    .map((ranks) => ranks.map((rank) => endorsers[rank] as Identity));
}

/** Where no set was found: everybody at hand, without those who can be spared. */
function shrink(everybody: readonly number[], isSatisfied: IsSatisfied): readonly number[] {
  if (!isSatisfied(everybody)) throw new FabricRefusal('not-allowed', unavailable);
  return everybody.reduceRight<readonly number[]>((needed, rank) => {
    const fewer = needed.filter((one) => one !== rank);
    return isSatisfied(fewer) ? fewer : needed;
  }, everybody);
}

function checkNumber(policies: readonly SignaturePolicy[]): void {
  if (policies.length === 0) throw new FabricRefusal('not-allowed', 'no principal sets remained after filtering');
  if (policies.length > policiesMax) throw new FabricRefusal('limit', `There are more than ${policiesMax} policies to satisfy at once`);
}

function differentOf(policies: readonly SignaturePolicy[]): SignaturePolicy[] {
  return [...new Map(policies.map((policy) => [JSON.stringify([policy.rule, policy.principals.map(({ meaning }) => keyOf(meaning))]), policy])).values()];
}

function findSets(policies: readonly SignaturePolicy[], find: FindSets): PrincipalSet[] {
  checkNumber(policies);
  const all = differentOf(policies).map((policy) => {
    const sets = find(policy);
    // Two reasons that ask for different remedies: another policy, or another peer.
    if (sets.length === 0) throw new FabricRefusal('not-allowed', findPrincipalSets(policy, () => endorsersMax).length === 0 ? 'endorsement policy cannot be satisfied' : unavailable);
    return sets;
  });
  return mergePrincipalSets(all);
}

function layoutOf(set: PrincipalSet): Layout {
  const groups = new Map<string, Layout['groups'][number]>();
  const organisations = new Map<string, number>();
  for (const { raw, meaning } of set) {
    const group = groups.get(keyOf(meaning)) ?? { principal: raw, meaning, quantity: 0 };
    groups.set(keyOf(meaning), { ...group, quantity: group.quantity + 1 });
    const mspId = mspIdOf(meaning);
    if (mspId !== undefined) organisations.set(mspId, (organisations.get(mspId) ?? 0) + 1);
  }
  return { groups: [...groups.values()], organisations };
}

type Satisfies = (rank: number, principal: Principal) => boolean;
/** Do all policies hold for signers in this order? */
type IsSatisfied = (order: readonly number[]) => boolean;

function rememberAnswers(endorsers: readonly Identity[]): Satisfies {
  const answers = new Map<string, readonly boolean[]>();
  return (rank, principal) => {
    const known = answers.get(keyOf(principal)) ?? endorsers.map((endorser) => checkPrincipal(endorser, principal) === undefined);
    answers.set(keyOf(principal), known);
    return known[rank] ?? false;
  };
}

/**
 * Signers for a set, in an order in which every policy is satisfied. Rules that a gate does not need use up signers too, so
 * that an assignment may fail: then those without one of its signers are tried, and then other orders of each.
 */
function findSigners(set: PrincipalSet, endorsers: number, satisfies: Satisfies, isSatisfied: IsSatisfied, budget: { left: number }): readonly number[] | undefined {
  const first = assign(set, endorsers, satisfies);
  if (!first || isSatisfied(first)) return first;
  budget.left -= first.length;
  if (budget.left < 0) return undefined;
  const others = first.map((left) => assign(set, endorsers, (rank, principal) => rank !== left && satisfies(rank, principal)));
  const tried = [first, ...others.filter((one) => one !== undefined)];
  return tried.find(isSatisfied) ?? tried.flatMap(listOrders).find(isSatisfied);
}

/** The order turned around, and, of a few, every order. */
function listOrders(order: readonly number[]): (readonly number[])[] {
  return order.length > permutedMax ? [[...order].reverse()] : permute(order);
}

function permute(items: readonly number[]): (readonly number[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => permute(items.filter((one) => one !== item)).map((rest) => [item, ...rest]));
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
