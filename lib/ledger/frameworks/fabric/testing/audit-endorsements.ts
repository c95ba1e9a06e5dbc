import { listSigners, type AuditedChannel } from './audit-channel';
import { Fields } from './audit-fields';
import type { Member } from './audit-members';
import type { AuditedNamespace, AuditedPart } from './audit-rwset';
import type { AuditedState } from './audit-state';
import type { AuditedEndorsement } from './audit-transaction';

const LIFECYCLE = '_lifecycle';
const IMPLICIT = '_implicit_org_';
const APPLICATION = '/Channel/Application';
/** The metadata entry in which a key's own policy stands. */
const KEY_POLICY = 'VALIDATION_PARAMETER';

/** What the organisations agreed on, out of the state that the block before left. */
export class AuditedDefinitions {
  constructor(
    readonly state: AuditedState,
    readonly channel: AuditedChannel,
  ) {}

  #field(chaincode: string, field: string): Fields | undefined {
    const item = this.state.committed(LIFECYCLE, `namespaces/fields/${chaincode}/${field}`);
    return item && new Fields(new Fields(item.value).bytes(2));
  }

  /** Whether signers satisfy what a chaincode's definition asks for; undefined: nobody defined it. */
  isChaincodeSatisfied(chaincode: string, signers: readonly Member[]): boolean | undefined {
    const { policies } = this.channel;
    if (chaincode === LIFECYCLE) return policies.has(`${APPLICATION}/LifecycleEndorsement`) ? policies.isSatisfied(`${APPLICATION}/LifecycleEndorsement`, signers) : this.#isMajority(signers);
    const policy = this.#field(chaincode, 'ValidationInfo')?.bytes(2);
    return policy === undefined || policy.length === 0 ? undefined : policies.isApplicationSatisfied(policy, signers);
  }

  /** Members of more than half of the organisations. */
  #isMajority(signers: readonly Member[]): boolean {
    const mspIds = new Set(signers.map(({ mspId }) => mspId).filter((mspId) => this.channel.organisations.has(mspId)));
    return mspIds.size > this.channel.organisations.size / 2;
  }

  /** A protos.StaticCollectionConfig. */
  collection(chaincode: string, name: string): Fields | undefined {
    return this.#field(chaincode, 'Collections')
      ?.messages(1)
      .map((config) => config.message(1))
      .find((config) => config.bytes(1).toString('latin1') === name);
  }

  /** As {@link isChaincodeSatisfied}, for a collection without a key's own policy. */
  isCollectionSatisfied(chaincode: string, name: string, signers: readonly Member[]): boolean | undefined {
    if (name.startsWith(IMPLICIT)) {
      const mspId = name.slice(IMPLICIT.length);
      const group = this.channel.organisations.get(mspId);
      if (group === undefined) return undefined;
      const path = `${APPLICATION}/${group}/Endorsement`;
      return this.channel.policies.has(path) ? this.channel.policies.isSatisfied(path, signers) : signers.some((one) => one.mspId === mspId);
    }
    const collection = this.collection(chaincode, name);
    if (collection === undefined) return undefined;
    const policy = collection.bytes(8);
    return policy.length > 0 ? this.channel.policies.isApplicationSatisfied(policy, signers) : this.isChaincodeSatisfied(chaincode, signers);
  }
}

/** What a chaincode did, and who stands for it. */
export interface Endorsed {
  readonly chaincode: string;
  readonly namespaces: readonly AuditedNamespace[];
  readonly endorsements: readonly AuditedEndorsement[];
}

export interface Unendorsed {
  /** Of the two ways to fail. */
  readonly isUnknown: boolean;
  readonly words: string;
}

/** Keys whose own policies earlier transactions of a block changed. */
export type MovedPolicies = Set<string>;

const nameOf = (part: AuditedPart, key: string): string => `${part.space}\0\0${key}`;

/** Which policy a transaction's endorsements do not satisfy, of the chaincode that it called and of all that it writes. */
export function findUnendorsed(action: Endorsed, definitions: AuditedDefinitions, moved: MovedPolicies): Unendorsed | undefined {
  const signers = listSigners(definitions.channel, action.endorsements.flatMap(({ identity, wrong }) => (wrong === undefined ? identity : [])));
  const refuse = (isSatisfied: boolean | undefined, what: string): Unendorsed | undefined => {
    if (isSatisfied === undefined) return { isUnknown: true, words: `nobody defined ${what}` };
    return isSatisfied ? undefined : { isUnknown: false, words: `its endorsements do not satisfy the policy of ${what}` };
  };
  const checkKey = (part: AuditedPart, key: string): Unendorsed | undefined => {
    const [namespace = ''] = part.space.split('\0');
    if (moved.has(nameOf(part, key))) return { isUnknown: false, words: `an earlier transaction of the block changed the policy of a key of ${namespace} that it writes` };
    const own = definitions.state.committed(part.space, key)?.metadata.get(KEY_POLICY);
    if (own !== undefined && own.length > 0) return refuse(definitions.channel.policies.isKeySatisfied(own, signers), `a key of ${namespace}`);
    if (part.collection === '') return refuse(definitions.isChaincodeSatisfied(namespace, signers), namespace);
    // A collection that nobody defined fails as a policy does.
    return refuse(definitions.isCollectionSatisfied(namespace, part.collection, signers) === true, `${namespace}/${part.collection}`);
  };
  const written = action.namespaces.filter((one) => [one.open, ...one.collections].some((part) => part.writes.length + part.metadata.length > 0));
  const names = [...new Set([action.chaincode, ...written.map(({ name }) => name)])].sort((a, b) => (a < b ? -1 : 1));
  for (const name of names) {
    const isSatisfied = definitions.isChaincodeSatisfied(name, signers);
    if (isSatisfied === undefined) return refuse(undefined, name);
    const parts = action.namespaces.filter((one) => one.name === name).flatMap((one) => [one.open, ...one.collections]);
    const keys = parts.flatMap((part) => [...part.writes, ...part.metadata].map(({ key }) => ({ part, key })));
    // Who writes nothing is still held to the chaincode's policy.
    if (keys.length === 0 && !isSatisfied) return refuse(false, name);
    for (const { part, key } of keys) {
      const failed = checkKey(part, key);
      if (failed !== undefined) return failed;
    }
  }
  return undefined;
}

/** To be told of each transaction whose endorsements suffice, before the next of the block. */
export function notePolicies({ namespaces }: Endorsed, moved: MovedPolicies): void {
  for (const { open, collections } of namespaces) for (const part of [open, ...collections]) for (const { key } of part.metadata) moved.add(nameOf(part, key));
}
