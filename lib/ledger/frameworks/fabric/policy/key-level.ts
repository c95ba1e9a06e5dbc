import type { Identity } from '../msp/msp';
import { FabricRefusal } from '../msp/refusal';
import { readApplicationPolicy } from './application-policy';
import type { PolicyManager } from './create-policy-manager';
import { decodeSignaturePolicy } from './decode-signature-policy';
import { policyOfSignatures, type Policy } from './policy';

/** What a transaction writes to one namespace, in the order of its read-write set. Private keys and their metadata by hash. */
export interface NamespaceWrites {
  readonly namespace: string;
  readonly writes: readonly string[];
  readonly metadataWrites: readonly string[];
  readonly collections: readonly { readonly name: string; readonly hashedWrites: readonly Uint8Array[]; readonly hashedMetadataWrites: readonly Uint8Array[] }[];
}

/** A key that may have a policy of its own. `collection` is empty for the public state; then `key` is the key's text, else its hash. */
export interface PolicyKey {
  readonly namespace: string;
  readonly collection: string;
  readonly key: string | Uint8Array;
}

/** The state as the block before left it. */
export interface EndorsementState {
  /** Bytes of the key's metadata entry VALIDATION_PARAMETER; undefined or empty when it has none, or the collection is unknown. */
  keyPolicy(key: PolicyKey): Uint8Array | undefined;
  /** Bytes of the collection's protos.ApplicationPolicy, empty when it has none of its own; or why there is no such collection. */
  collectionPolicy(namespace: string, collection: string): { readonly policy: Uint8Array } | { readonly reason: string };
}

export interface EndorsedWrites {
  /** Position in the block. */
  readonly transaction: number;
  /** The chaincode whose policy is asked. */
  readonly namespace: string;
  /** Bytes of its protos.ApplicationPolicy. */
  readonly policy: Uint8Array;
  /** All of the transaction's; those of other namespaces are passed over. */
  readonly writes: readonly NamespaceWrites[];
  /** Of the endorsements, as `validIdentities` gives them. */
  readonly endorsers: readonly Identity[];
}

/** Endorsement of one block's transactions, with policies of keys (core/common/validation/statebased, version 2.0). */
export interface KeyLevelValidation {
  /** Undefined when the endorsers suffice for everything that is written; else the reason: ENDORSEMENT_POLICY_FAILURE. */
  validate(input: EndorsedWrites): string | undefined;
  /**
   * To be told of each transaction of which every namespace was found endorsed, before the next is validated: what later
   * ones of this block write to keys whose policies it changes fails, whatever becomes of it otherwise.
   */
  endorsed(transaction: number, writes: readonly NamespaceWrites[]): void;
}

const publicState = '';
const readPoliciesMax = 1_000;

/** @param height of the block, for reasons alone */
export function createKeyLevelValidation(height: bigint, state: EndorsementState, channel: PolicyManager): KeyLevelValidation {
  const changedBy = new Map<string, number>();
  /** Transactions of a block ask the same policies again and again: each is read once. */
  const readPolicies = new Map<string, Policy | FabricRefusal>();
  const readPolicy = (name: string, read: () => Policy): Policy | FabricRefusal => {
    const policy = readPolicies.get(name) ?? attempt(read);
    if (readPolicies.size < readPoliciesMax) readPolicies.set(name, policy);
    return policy;
  };

  /** Why the policies do not hold; each policy that a transaction needs is asked once. */
  const validate = ({ transaction, namespace, policy: chaincodePolicy, writes, endorsers }: EndorsedWrites): string | undefined => {
    const at = `in tx ${height}:${transaction} failed`;
    const asked = new Map<string, string | undefined>();
    const ask = (kind: 'application' | 'key', bytes: Uint8Array): string | undefined => {
      const name = `${kind} ${Buffer.from(bytes).toString('latin1')}`;
      if (asked.has(name)) return asked.get(name);
      const policy = readPolicy(name, () => (kind === 'application' ? readApplicationPolicy(bytes, channel) : policyOfSignatures(decodeSignaturePolicy(bytes))));
      const reason = policy instanceof FabricRefusal ? policy.message : policy.evaluate(endorsers);
      asked.set(name, reason);
      return reason;
    };
    const askChaincode = (): string | undefined => {
      const reason = ask('application', chaincodePolicy);
      return reason === undefined ? undefined : `validation of endorsement policy for chaincode ${namespace} ${at}: ${reason}`;
    };
    const askNamespaceOrCollection = (collection: string): string | undefined => {
      if (collection === publicState) return askChaincode();
      const found = state.collectionPolicy(namespace, collection);
      if ('reason' in found) return found.reason;
      if (found.policy.length === 0) return askChaincode();
      const reason = ask('application', found.policy);
      return reason === undefined ? undefined : `validation of endorsement policy for collection ${collection} chaincode ${namespace} ${at}: ${reason}`;
    };
    const askKey = (key: PolicyKey): string | undefined => {
      const changed = changedBy.get(nameOf(key));
      if (changed !== undefined) {
        return `validation parameters for key [${printKey(key)}] in namespace [${namespace}:${key.collection}] have been changed in transaction ${changed} of block ${height}`;
      }
      const own = state.keyPolicy(key);
      if (!own || own.length === 0) return askNamespaceOrCollection(key.collection);
      const reason = ask('key', own);
      return reason === undefined ? undefined : `validation of key ${printKey(key)} (coll'${key.collection}':ns'${namespace}') ${at}: ${reason}`;
    };
    let keys = 0;
    for (const key of writtenKeys(writes, namespace)) {
      const reason = askKey(key);
      if (reason !== undefined) return reason;
      keys += 1;
    }
    // Who writes nothing is still held to the chaincode's policy.
    return keys === 0 ? askChaincode() : undefined;
  };

  return {
    validate,
    endorsed(transaction, writes) {
      for (const { namespace, metadataWrites, collections } of writes) {
        for (const key of metadataWrites) changedBy.set(nameOf({ namespace, collection: publicState, key }), transaction);
        for (const { name, hashedMetadataWrites } of collections) for (const key of hashedMetadataWrites) changedBy.set(nameOf({ namespace, collection: name, key }), transaction);
      }
    },
  };
}

/** In Fabric's order: public writes, public metadata, then of each collection the writes, then of each the metadata. */
function* writtenKeys(all: readonly NamespaceWrites[], of: string): Generator<PolicyKey> {
  for (const { namespace, writes, metadataWrites, collections } of all) {
    if (namespace !== of) continue;
    for (const key of [...writes, ...metadataWrites]) yield { namespace, collection: publicState, key };
    for (const { name, hashedWrites } of collections) for (const key of hashedWrites) yield { namespace, collection: name, key };
    for (const { name, hashedMetadataWrites } of collections) for (const key of hashedMetadataWrites) yield { namespace, collection: name, key };
  }
}

/**
 * The namespaces whose chaincodes must endorse: the one that was invoked, and each to which something is written, sorted
 * (core/committer/txvalidator/v20/plugindispatcher).
 */
export function listWrittenNamespaces(invoked: string, all: readonly NamespaceWrites[]): string[] {
  const written = all.filter(({ writes, metadataWrites, collections }) => writes.length + metadataWrites.length > 0 || collections.some((one) => one.hashedWrites.length + one.hashedMetadataWrites.length > 0));
  return [...new Set([invoked, ...written.map(({ namespace }) => namespace)])].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/**
 * A policy that cannot be read is satisfied by nobody. Fabric's peer stops at one that a chaincode put at a key; here the
 * transaction fails, and its channel lives on.
 */
function attempt(read: () => Policy): Policy | FabricRefusal {
  try {
    return read();
  } catch (error) {
    if (error instanceof FabricRefusal) return error;
    throw error;
  }
}

const printKey = ({ key }: PolicyKey): string => (typeof key === 'string' ? key : Buffer.from(key).toString('hex'));

/** Of parts that may hold any character. */
const nameOf = ({ namespace, collection, key }: PolicyKey): string => JSON.stringify([namespace, collection, typeof key === 'string' ? key : Buffer.from(key).toString('hex')]);
