import { Fields } from './audit-fields';
import type { Member } from './audit-members';

const [SIGNATURE, IMPLICIT_META] = [1n, 3n];
const [ANY, ALL] = [0n, 1n];

/** Whether signers, each of them once and in their order, satisfy a common.SignaturePolicyEnvelope. */
export function isSatisfied(envelope: Fields, signers: readonly Member[]): boolean {
  const principals = envelope.messages(3);
  const walk = (rule: Fields, taken: ReadonlySet<number>): ReadonlySet<number> | undefined => {
    if (rule.has(2)) return countRules(rule.message(2), taken);
    const principal = principals[Number(rule.number(1))];
    const found = signers.findIndex((signer, index) => !taken.has(index) && principal !== undefined && signer.satisfies(principal));
    return found < 0 ? undefined : new Set([...taken, found]);
  };
  /** A rule that fails gives back whom it took. */
  const countRules = (gate: Fields, before: ReadonlySet<number>): ReadonlySet<number> | undefined => {
    let taken = before;
    let held = 0;
    for (const rule of gate.messages(2)) {
      const after = walk(rule, taken);
      if (after === undefined) continue;
      held += 1;
      taken = after;
    }
    return BigInt(held) >= gate.number(1) ? taken : undefined;
  };
  return walk(envelope.message(2), new Set()) !== undefined;
}

/** The policies of a channel, as groups that stand one in another. */
export class PolicyTree {
  readonly #policies = new Map<string, Fields>();
  readonly #groups = new Map<string, string[]>();

  /** @param group a common.ConfigGroup */
  constructor(group: Fields) {
    this.#add('/Channel', group);
  }

  #add(path: string, group: Fields): void {
    for (const [name, policy] of group.entries(4)) this.#policies.set(`${path}/${name}`, policy.message(2));
    const below = [...group.entries(2)];
    this.#groups.set(path, below.map(([name]) => name));
    for (const [name, inner] of below) this.#add(`${path}/${name}`, inner);
  }

  has(path: string): boolean {
    return this.#policies.has(path);
  }

  /** Nobody satisfies a policy that is not there. */
  isSatisfied(path: string, signers: readonly Member[]): boolean {
    const policy = this.#policies.get(path);
    if (policy === undefined) return false;
    const value = new Fields(policy.bytes(2));
    if (policy.number(1) === SIGNATURE) return isSatisfied(value, signers);
    if (policy.number(1) !== IMPLICIT_META) return false;
    const group = path.slice(0, path.lastIndexOf('/'));
    const names = this.#groups.get(group) ?? [];
    const held = names.filter((name) => this.isSatisfied(`${group}/${name}/${value.text(1)}`, signers)).length;
    const rule = value.number(2);
    const majority = Math.floor(names.length / 2) + 1;
    const wanted = rule === ANY ? 1 : rule === ALL ? names.length : majority;
    return held >= (names.length === 0 ? 0 : wanted);
  }

  /** A protos.ApplicationPolicy: one of its own, or the path of one of the channel. */
  isApplicationSatisfied(bytes: Buffer, signers: readonly Member[]): boolean {
    const policy = new Fields(bytes);
    return policy.has(1) ? isSatisfied(policy.message(1), signers) : this.isSatisfied(policy.text(2), signers);
  }

  /** A common.SignaturePolicyEnvelope, as it stands at a key. What cannot be read, nobody satisfies. */
  isKeySatisfied(bytes: Buffer, signers: readonly Member[]): boolean {
    try {
      return isSatisfied(new Fields(bytes), signers);
    } catch {
      return false;
    }
  }
}
