import { encodeRules, faultsTolerated, findRulesFault, quorumOf, type ChainRules, type Finality, type Validator } from '../../core/consensus/rules';
import type { Peer } from './peer';
import type { Change } from './plan';
import { peerOf, type World } from './world';

const MAX_VALIDATORS_WANTED = 10;

/**
 * The portal: wants other rules now and then, and has the peers' operators approve them, each at another time, until the
 * config block is final. Some operators never do, when a quorum is left without them; and sometimes another change is
 * wanted before the first one was made. Never one that leaves more faulty peers than the mode bears.
 */
export class Membership {
  /** What was wanted and is not yet final. */
  open: Uint8Array | undefined;
  readonly #world: World;
  readonly #faulty: ReadonlySet<number>;
  readonly #machinesOf: (peer: number) => readonly Peer[];
  readonly #used = new Set<string>();
  changed = 0;

  constructor(world: World, faulty: ReadonlySet<number>, machinesOf: (peer: number) => readonly Peer[]) {
    this.#world = world;
    this.#faulty = faulty;
    this.#machinesOf = machinesOf;
    this.#used.add(nameOf(encodeRules(world.genesisRules)));
    for (const { atMs, kind, approvalMsMax } of world.plan.changes) world.queue.later(atMs, () => this.#begin(kind, approvalMsMax));
  }

  /** True while a change is wanted that no peer has as final. */
  isOpen(): boolean {
    const { open } = this;
    if (open === undefined) return false;
    if (this.#world.checks.chain.some(({ block }) => block.nextRules.length > 0 && Buffer.compare(block.nextRules, open) === 0)) {
      this.open = undefined;
      this.changed += 1;
    }
    return this.open !== undefined;
  }

  #begin(kind: Change, approvalMsMax: number): void {
    const { random, peers, log, checks } = this.#world;
    // Operators have approved the first one here and there: either may come, and then the second.
    if (this.isOpen() && !random.chance(0.3)) return;
    const rules = this.#draw(kind);
    if (rules === undefined || findRulesFault(rules) !== undefined || !this.#isBearable(rules)) return;
    const bytes = encodeRules(rules);
    if (this.#used.has(nameOf(bytes))) return;
    this.#used.add(nameOf(bytes));
    this.open = bytes;
    log.note(0, 'wants', () => `${kind}: ${rules.finality} ${rules.validators.map(({ name }) => name).join(' ')}${rules.upgrade ? ` version ${rules.upgrade.engineVersion} at ${rules.upgrade.height}` : ''}`, rules.validators.length);
    const holdouts = random.chance(0.4) ? this.#drawHoldouts(checks.tip.rules) : new Set<number>();
    for (let peer = 0; peer < peers; peer += 1) this.#approveLater(peer, bytes, random.below(approvalMsMax), holdouts);
  }

  /** As many as a quorum can do without. */
  #drawHoldouts({ finality, validators }: ChainRules): ReadonlySet<number> {
    const able = validators.map(({ name }) => peerOf(name)).filter((peer) => !this.#faulty.has(peer));
    const spare = Math.max(0, able.length - quorumOf(finality, validators.length));
    return new Set(this.#shuffled(able).slice(0, this.#world.random.below(spare + 1)));
  }

  #shuffled<T>(items: readonly T[]): T[] {
    return items.map((item) => ({ item, at: this.#world.random.next() })).toSorted((a, b) => a.at - b.at).map(({ item }) => item);
  }

  #approveLater(peer: number, rules: Uint8Array, delayMs: number, holdouts: ReadonlySet<number>): void {
    this.#world.queue.later(delayMs, () => {
      if (!this.isOpen() || this.open !== rules) return;
      if (!holdouts.has(peer) || !this.#canDoWithout(holdouts)) for (const machine of this.#machinesOf(peer)) machine.approve(rules);
      // Again: the peer may have been down, or lose its disk, or be needed since the change before this one.
      this.#approveLater(peer, rules, 1_000, holdouts);
    });
  }

  #canDoWithout(holdouts: ReadonlySet<number>): boolean {
    const { finality, validators } = this.#world.checks.tip.rules;
    const able = validators.map(({ name }) => peerOf(name)).filter((peer) => !this.#faulty.has(peer) && !holdouts.has(peer));
    return able.length >= quorumOf(finality, validators.length);
  }

  #isBearable({ finality, validators }: ChainRules): boolean {
    const faulty = validators.filter(({ name }) => this.#faulty.has(peerOf(name)));
    const lies = validators.some(({ name }) => this.#world.plan.byzantine.includes(peerOf(name)));
    return faulty.length <= faultsTolerated(finality, validators.length) && !(lies && finality !== 'byzantine');
  }

  #draw(kind: Change): ChainRules | undefined {
    const { random, checks, voices, peers, plan } = this.#world;
    const { rules } = checks.tip;
    const { validators } = rules;
    const isIn = (peer: number): boolean => validators.some(({ name }) => peerOf(name) === peer);
    const validator = (peer: number): Validator => ({ name: `p${peer}`, publicKey: voices.publicKeyOf(peer) });
    const outside = Array.from({ length: peers }, (_, peer) => peer).filter((peer) => !isIn(peer));
    const shuffled = <T>(items: readonly T[]): T[] => this.#shuffled(items);
    switch (kind) {
      case 'add':
        return outside.length === 0 || validators.length >= MAX_VALIDATORS_WANTED ? undefined : { ...rules, validators: [...validators, validator(random.pick(outside))] };
      case 'remove':
        return { ...rules, validators: shuffled(validators).slice(1) };
      case 'replace':
        return outside.length === 0 ? undefined : { ...rules, validators: shuffled([...shuffled(validators).slice(1), validator(random.pick(outside))]) };
      case 'shuffle':
        return { ...rules, validators: shuffled(validators) };
      case 'renew': {
        // As many as there are, from everybody: perhaps none of those before.
        const others = shuffled(outside).slice(0, validators.length).map(validator);
        return { ...rules, validators: shuffled([...others, ...shuffled(validators)].slice(0, validators.length)) };
      }
      case 'finality': {
        const finality = random.pick<Finality>(['solo', 'crash', 'byzantine']);
        const wanted = finality === 'solo' ? 1 : Math.min(peers, (finality === 'crash' ? 3 : 4) + random.below(3));
        const all = Array.from({ length: peers }, (_, peer) => peer);
        return { ...rules, finality, validators: shuffled(all).slice(0, wanted).map(validator) };
      }
      case 'upgrade': {
        const isOldForEver = plan.oldPrograms.some(({ upgradesAtMs, peer }) => upgradesAtMs === undefined && !this.#faulty.has(peer));
        if (rules.engineVersion > 1 || rules.upgrade !== undefined || isOldForEver) return undefined;
        return { ...rules, upgrade: { engineVersion: 2, height: checks.tip.height + 2 + random.below(4) } };
      }
    }
  }
}

function nameOf(rules: Uint8Array): string {
  return Buffer.from(rules).toString('base64');
}
