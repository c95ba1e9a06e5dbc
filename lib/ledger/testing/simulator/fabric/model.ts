import { sha256Hex } from '../../../core/crypto';
import { LIFECYCLE } from '../../../frameworks/fabric/lifecycle';
import { VALIDATION_CODES } from '../../../frameworks/fabric/protocol';
import type { NamespaceRwset, RangeQuery, Version } from '../../../frameworks/fabric/state';
import { CHAINCODE, COLLECTIONS, ITEMS, TOTAL, type CollectionName, type Wish } from './chaincode';
import { NEEDED, type Definition } from './definitions';
import type { SimulatedTransaction } from './envelopes';

/** A value that a key had, as its history tells it. */
export interface ModelWrite {
  readonly txId: string;
  /** Undefined: deleted. */
  readonly value: string | undefined;
}

/** A private value that members must have. */
export interface ModelSecret {
  readonly value: string;
  readonly block: number;
  readonly transaction: number;
}

/**
 * A naive committer beside the real one: versions in one map, each read looked at again, one transaction after the other;
 * policies as a count of organisations; and what clients wanted, carried out in the order of the chain. It shares no code with what it
 * checks but the reader of read-write sets.
 */
export class Model {
  definition: Definition | undefined;
  /** Organisations that approved a definition, by sequence and policy. */
  readonly approvals = new Map<string, Set<string>>();
  /** Public keys of the chaincode and what clients made of them. */
  readonly values = new Map<string, string>();
  readonly history = new Map<string, ModelWrite[]>();
  /** By collection and key. */
  readonly secrets = new Map<string, ModelSecret>();
  readonly places = new Map<number, { readonly block: number; readonly index: number; readonly code: number }>();
  readonly codes = new Map<number, number>();
  /** By kind, namespace and name: the last write. */
  readonly #versions = new Map<string, string>();
  readonly #txIds = new Set<string>();
  #touched = new Set<string>();

  /** The codes that a block's transactions must have. Also takes in what the valid ones did. */
  commit(block: number, transactions: readonly SimulatedTransaction[]): readonly number[] {
    this.#touched = new Set();
    const { definition } = this;
    const codes = transactions.map((one, index) => {
      const code = this.#judge(one, definition);
      this.#txIds.add(one.txId);
      this.places.set(one.id, { block, index, code });
      this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
      if (code === VALIDATION_CODES.VALID) this.#apply(one, block, index);
      return code;
    });
    this.#expire(block);
    return codes;
  }

  #judge(one: SimulatedTransaction, definition: Definition | undefined): number {
    const fault = findPolicyFault(one, definition);
    if (fault !== undefined) return fault;
    return this.#txIds.has(one.txId) ? VALIDATION_CODES.DUPLICATE_TXID : this.#findConflict(one);
  }

  #findConflict({ rwset }: SimulatedTransaction): number {
    for (const part of [...rwset.namespaces].sort((a, b) => (a.namespace < b.namespace ? -1 : 1))) {
      if (part.reads.some(({ key, version }) => this.#isStale(publicName(part.namespace, key), version))) return VALIDATION_CODES.MVCC_READ_CONFLICT;
      if (part.rangeQueries.some((query) => this.#hasPhantom(part.namespace, query))) return VALIDATION_CODES.PHANTOM_READ_CONFLICT;
      for (const { collection, reads } of part.collections) {
        if (reads.some(({ keyHash, version }) => this.#isStale(hashedName(part.namespace, collection, keyHash), version))) return VALIDATION_CODES.MVCC_READ_CONFLICT;
      }
    }
    return VALIDATION_CODES.VALID;
  }

  #isStale(name: string, version: Version | undefined): boolean {
    return this.#touched.has(name) || this.#versions.get(name) !== textOf(version);
  }

  #hasPhantom(namespace: string, { start, end, isExhausted, results }: RangeQuery): boolean {
    if (results.kind !== 'reads') throw new Error('the simulated chaincode reads short ranges');
    const prefix = publicName(namespace, '');
    const now = [...this.#versions]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, version]) => ({ key: name.slice(prefix.length), version }))
      .filter(({ key }) => key >= start && (isExhausted ? key < end : key <= end))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    return JSON.stringify(now) !== JSON.stringify(results.reads.map(({ key, version }) => ({ key, version: textOf(version) })));
  }

  #apply({ rwset, intent, txId }: SimulatedTransaction, block: number, index: number): void {
    const version = textOf({ block, transaction: index }) ?? '';
    for (const part of rwset.namespaces) this.#applyNamespace(part, txId, version);
    if (intent.kind === 'wish') this.#fulfil(intent.wish, block, index);
    if (intent.kind === 'lifecycle' && intent.step.do === 'commit') this.definition = intent.step.definition;
    if (intent.kind === 'lifecycle' && intent.step.do === 'approve') {
      const name = nameOf(intent.step.definition);
      this.approvals.set(name, new Set([...(this.approvals.get(name) ?? []), intent.step.organisation]));
    }
  }

  #applyNamespace({ namespace, writes, collections }: NamespaceRwset, txId: string, version: string): void {
    for (const { key, isDelete, value } of writes) {
      this.#note(publicName(namespace, key), isDelete ? undefined : version);
      if (namespace !== CHAINCODE) continue;
      const text = isDelete ? undefined : Buffer.from(value).toString('utf8');
      this.history.set(key, [{ txId, value: text }, ...(this.history.get(key) ?? [])]);
    }
    for (const { collection, writes: hashed } of collections) {
      for (const { keyHash, isDelete, isPurge } of hashed) this.#note(hashedName(namespace, collection, keyHash), isDelete || isPurge ? undefined : version);
    }
  }

  #note(name: string, version: string | undefined): void {
    // To delete what is not there touches it, too.
    this.#touched.add(name);
    if (version === undefined) this.#versions.delete(name);
    else this.#versions.set(name, version);
  }

  /** What the client wanted, on what all before it made: not what its endorsers saw. */
  #fulfil(wish: Wish, block: number, transaction: number): void {
    switch (wish.kind) {
      case 'add':
        return void this.values.set(wish.counter, `${Number(this.values.get(wish.counter) ?? 0) + wish.amount}`);
      case 'put':
        return void this.values.set(wish.item, wish.value);
      case 'drop':
        return void this.values.delete(wish.item);
      case 'count':
        return void this.values.set(TOTAL, `${[...this.values.keys()].filter((key) => key >= ITEMS.from && key < ITEMS.to).length}`);
      case 'hide':
        return void this.secrets.set(secretName(wish.collection, wish.key), { value: wish.value, block, transaction });
      case 'bump': {
        const before = this.secrets.get(secretName(wish.collection, wish.key));
        return void this.secrets.set(secretName(wish.collection, wish.key), { value: `${Number(before?.value ?? 0) + wish.amount}`, block, transaction });
      }
      case 'purge':
        return void this.secrets.delete(secretName(wish.collection, wish.key));
    }
  }

  /** What was written so many blocks ago in a collection that forgets, and not since, is gone after this block. */
  #expire(block: number): void {
    for (const [name, { blocksToLive }] of Object.entries(COLLECTIONS)) {
      if (blocksToLive === 0) continue;
      const written = block - blocksToLive - 1;
      for (const [key, secret] of this.secrets) if (key.startsWith(`${name} `) && secret.block === written) this.secrets.delete(key);
      for (const [key, version] of this.#versions) if (key.startsWith(`# ${CHAINCODE} ${name} `) && version.startsWith(`${written}.`)) this.#versions.delete(key);
    }
  }
}

/** Who endorsed, against what was in force before the block. */
function findPolicyFault({ endorsers, intent, rwset }: SimulatedTransaction, definition: Definition | undefined): number | undefined {
  const writesPublicly = rwset.namespaces.some(({ namespace, writes }) => namespace === LIFECYCLE && writes.length > 0);
  if (intent.kind === 'lifecycle') {
    const isEnough = writesPublicly ? endorsers.length >= 2 : intent.step.do === 'approve' && endorsers.includes(intent.step.organisation);
    return isEnough ? undefined : VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE;
  }
  if (definition === undefined) return VALIDATION_CODES.INVALID_CHAINCODE;
  return endorsers.length >= NEEDED[definition.policy] ? undefined : VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE;
}

export function nameOf({ sequence, policy }: Definition): string {
  return `${sequence} ${policy}`;
}

export function secretName(collection: CollectionName, key: string): string {
  return `${collection} ${key}`;
}

function textOf(version: Version | undefined): string | undefined {
  return version === undefined ? undefined : `${version.block}.${version.transaction}`;
}

function publicName(namespace: string, key: string): string {
  return `| ${namespace} ${key}`;
}

function hashedName(namespace: string, collection: string, keyHash: Uint8Array): string {
  return `# ${namespace} ${collection} ${Buffer.from(keyHash).toString('hex')}`;
}

export function hashText(text: string): string {
  return sha256Hex(Buffer.from(text, 'utf8'));
}
