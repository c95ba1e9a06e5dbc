import { LIFECYCLE } from '../../../frameworks/fabric/lifecycle';
import type { SignedProposal } from '../../../frameworks/fabric/protocol';
import type { Random } from '../../random';
import type { EventLog } from '../event-log';
import type { EventQueue } from '../event-queue';
import { argumentsOf, CHAINCODE, COLLECTIONS, type CollectionName, type Wish } from './chaincode';
import { encodeStep, NEEDED, POLICIES, type Definition, type LifecycleStep } from './definitions';
import { assemble, rwsetOf, signAgain, signProposal, type Intent, type SimulatedTransaction } from './envelopes';
import { nameOf, type Model } from './model';
import { ORGANISATIONS, type Organisation, type People } from './people';

const COUNTERS = 3;
const ITEMS = 5;
const SECRETS = 3;
/** At one moment. */
const WISHES_MAX = 4;
/** What has not come into the chain by then is done anew. */
const STEP_MS = 1_000;

/** A host as its clients know it. */
export interface ClientsHost {
  readonly index: number;
}

export interface ClientsWorld {
  readonly seed: number;
  readonly random: Random;
  readonly queue: Pick<EventQueue, 'now' | 'later'>;
  readonly log: Pick<EventLog, 'note'>;
}

/** Hands a transaction to a host, now or later; one that is `isOwed` must come into the chain. */
export type OfferTo<Host> = (host: Host, id: number, isOwed: boolean) => void;

export interface ClientsPorts<Host extends ClientsHost> {
  readonly people: People;
  readonly model: Model;
  readonly organisationsOf: (host: number) => readonly Organisation[];
  /** Undefined when the peer refuses; never resolves when it has no power any more. */
  readonly endorse: (host: Host, signed: SignedProposal, organisation: Organisation) => Promise<Uint8Array | undefined>;
  readonly register: (transaction: Omit<SimulatedTransaction, 'id'>) => number;
  readonly packageId: () => Promise<string>;
}

interface Endorser<Host> {
  readonly host: Host;
  readonly organisation: Organisation;
}

/** The clients of all organisations: what they wish, whom they ask for endorsements, and when they hand in what came of it. */
export class Clients<Host extends ClientsHost> {
  /** Proposals of which no transaction came: refused, or answered in different ways. */
  unendorsed = 0;
  readonly #world: ClientsWorld;
  readonly #ports: ClientsPorts<Host>;
  #nonces = 0;
  #wanted: Definition;
  #stepUntilMs = 0;

  constructor(world: ClientsWorld, ports: ClientsPorts<Host>) {
    this.#world = world;
    this.#ports = ports;
    this.#wanted = { sequence: 1, policy: world.random.pick(POLICIES) };
  }

  async act(hosts: readonly Host[], offer: OfferTo<Host>): Promise<void> {
    const { random, queue } = this.#world;
    const steps = this.#nextSteps();
    if (steps.length > 0 && queue.now >= this.#stepUntilMs) {
      this.#stepUntilMs = queue.now + STEP_MS;
      await Promise.all(steps.map((step) => this.#takeStep(step, hosts, offer)));
    }
    if (this.#ports.model.definition === undefined || hosts.length === 0) return;
    // The next definition, now and then.
    if (steps.length === 0 && random.chance(0.3)) this.#wanted = { sequence: this.#wanted.sequence + 1, policy: random.pick(POLICIES) };
    await Promise.all(Array.from({ length: 1 + random.below(WISHES_MAX) }, () => this.#fulfil(this.#drawWish(), hosts, offer)));
  }

  /** All organisations approve; two are enough, and whoever is late finds the definition in force. */
  #nextSteps(): readonly LifecycleStep[] {
    const { model } = this.#ports;
    const definition = this.#wanted;
    if (model.definition?.sequence === definition.sequence) return [];
    const approved = model.approvals.get(nameOf(definition)) ?? new Set();
    const approvals = ORGANISATIONS.filter((one) => !approved.has(one)).map((organisation): LifecycleStep => ({ do: 'approve', organisation, definition }));
    return approved.size < 2 ? approvals : [...approvals, { do: 'commit', definition }];
  }

  async #takeStep(step: LifecycleStep, hosts: readonly Host[], offer: OfferTo<Host>): Promise<void> {
    const organisation = step.do === 'approve' ? step.organisation : this.#world.random.pick(ORGANISATIONS);
    const wanted = step.do === 'approve' ? [organisation] : this.#shuffled(ORGANISATIONS).slice(0, 2);
    const endorsers = this.#findEndorsers(wanted, hosts);
    if (endorsers.length < wanted.length) return;
    const args = encodeStep(step, await this.#ports.packageId());
    await this.#transact({ kind: 'lifecycle', step }, { chaincode: LIFECYCLE, args, secret: undefined }, { organisation, unit: 'admin' }, endorsers, offer);
  }

  #drawWish(): Wish {
    const { random } = this.#world;
    const amount = 1 + random.below(9);
    const collection: CollectionName = random.pick(['long', 'short']);
    const item = `item-${random.below(ITEMS)}`;
    switch (random.below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return { kind: 'add', counter: `counter-${random.below(COUNTERS)}`, amount };
      case 4:
      case 5:
        return { kind: 'put', item, value: `${amount}` };
      case 6:
        return { kind: 'drop', item };
      case 7:
        return { kind: 'count' };
      case 8:
      case 9:
        return { kind: 'hide', collection, key: `sum-${random.below(SECRETS)}`, value: `${amount}` };
      case 10:
        return { kind: 'bump', collection: 'long', key: `sum-${random.below(SECRETS)}`, amount };
      default:
        return { kind: 'purge', collection, key: `sum-${random.below(SECRETS)}` };
    }
  }

  async #fulfil(wish: Wish, hosts: readonly Host[], offer: OfferTo<Host>): Promise<void> {
    const { random } = this.#world;
    const { definition } = this.#ports.model;
    const possible: readonly Organisation[] = 'collection' in wish ? COLLECTIONS[wish.collection].members : ORGANISATIONS;
    // Now and then too few: their transaction is not valid.
    const count = random.chance(0.1) ? 1 : Math.max(NEEDED[definition?.policy ?? 'one'], random.chance(0.3) ? 2 : 1);
    const wanted = this.#shuffled(possible).slice(0, count);
    const endorsers = this.#findEndorsers(wanted, hosts);
    if (endorsers.length < wanted.length) return;
    const { args, secret } = argumentsOf(wish);
    await this.#transact({ kind: 'wish', wish }, { chaincode: CHAINCODE, args, secret }, { organisation: random.pick(possible), unit: 'client' }, endorsers, offer);
  }

  async #transact(
    intent: Intent,
    call: { readonly chaincode: string; readonly args: readonly (string | Uint8Array)[]; readonly secret: string | undefined },
    by: { readonly organisation: Organisation; readonly unit: 'client' | 'admin' },
    endorsers: readonly Endorser<Host>[],
    offer: OfferTo<Host>,
  ): Promise<void> {
    const { people, endorse, register } = this.#ports;
    const { random, queue, log } = this.#world;
    this.#nonces += 1;
    const creator = people.client(by.organisation, by.unit);
    const { signed, unpacked } = signProposal({ channelId: people.channel.id, ...call, creator, nonce: `${this.#world.seed} ${this.#nonces}` });
    const answers = await Promise.all(endorsers.map(({ host, organisation }) => endorse(host, signed, organisation)));
    const given = answers.filter((one) => one !== undefined);
    const envelope = given.length < endorsers.length ? undefined : assemble(unpacked, given, creator);
    if (envelope === undefined) {
      this.unendorsed += 1;
      return;
    }
    const facts = { txId: unpacked.txId, rwset: rwsetOf(envelope), endorsers: [...new Set(endorsers.map(({ organisation }) => organisation))], intent, hosts: endorsers.map(({ host }) => host.index) };
    const first = register({ ...facts, envelope });
    log.note(0, 'endorsed', () => `transaction ${first}: ${describe(intent)} by ${endorsers.map(({ host, organisation }) => `${organisation} on p${host.index}`).join(', ')}`, first);
    const hosts = endorsers.map(({ host }) => host);
    const later = (id: number, isOwed: boolean): void => queue.later(random.below(random.pick([20, 300, 2_500])), () => offer(random.pick(hosts), id, isOwed));
    // The client may sign the same transaction once more: another envelope of the same name, of which one counts.
    const isTwice = random.chance(0.05);
    later(first, !isTwice);
    if (isTwice) later(register({ ...facts, envelope: signAgain(envelope, creator) }), false);
    else if (random.chance(0.1)) later(first, true);
  }

  /** A host of each organisation that is up. */
  #findEndorsers(wanted: readonly Organisation[], all: readonly Host[]): Endorser<Host>[] {
    return wanted.flatMap((organisation) => {
      const hosts = all.filter(({ index }) => this.#ports.organisationsOf(index).includes(organisation));
      return hosts.length === 0 ? [] : [{ host: this.#world.random.pick(hosts), organisation }];
    });
  }

  #shuffled<T>(items: readonly T[]): T[] {
    return items.map((item) => ({ item, at: this.#world.random.next() })).toSorted((a, b) => a.at - b.at).map(({ item }) => item);
  }
}

function describe(intent: Intent): string {
  if (intent.kind === 'lifecycle') return `${intent.step.do} ${nameOf(intent.step.definition)}`;
  return intent.kind === 'wish' ? Object.values(intent.wish).join(' ') : intent.kind;
}
