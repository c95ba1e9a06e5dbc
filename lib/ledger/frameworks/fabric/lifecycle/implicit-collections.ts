import type { FindDefinition } from '../chaincode-definition';
import { encodeSignaturePolicy } from '../policy/encode-signature-policy';
import { createSignaturePolicy } from '../policy/signature-policy';
import { MSP_ROLES, mspRole } from '../protocol';
import type { CollectionConfig, CollectionsOf } from '../state';
import { LIFECYCLE } from './definition';

const PREFIX = '_implicit_org_';

/** The collection that an organisation has in each chaincode without asking (core/chaincode/implicitcollection). */
export function nameImplicitCollection(mspId: string): string {
  return `${PREFIX}${mspId}`;
}

/** Whose implicit collection it is; undefined for every other collection. */
export function mspIdOfImplicitCollection(collection: string): string | undefined {
  return collection.startsWith(PREFIX) ? collection.slice(PREFIX.length) : undefined;
}

/** Bytes of the common.SignaturePolicyEnvelope of an implicit collection: any member of the organisation. */
export function encodeImplicitMembers(mspId: string): Uint8Array {
  const principal = { classification: 0, principal: mspRole.encode({ mspId, role: MSP_ROLES.MEMBER }) };
  return encodeSignaturePolicy(createSignaturePolicy({ kind: 'outOf', n: 1, rules: [{ kind: 'signedBy', principal: 0 }] }, [principal]));
}

/**
 * What the world state must know of collections: those of the definition, and one of each organisation of the channel.
 * `_lifecycle` has the latter alone; chaincodes that are not defined have none.
 */
export function createCollectionsOf(findDefinition: FindDefinition, mspIds: readonly string[]): CollectionsOf {
  const implicit = mspIds.map((mspId): [string, CollectionConfig] => [nameImplicitCollection(mspId), { blockToLive: 0 }]);
  const known = new Map<string, ReadonlyMap<string, CollectionConfig> | undefined>();
  return (namespace) => {
    if (known.has(namespace)) return known.get(namespace);
    const collections = namespace === LIFECYCLE ? [] : findDefinition(namespace)?.collections;
    const all = collections && new Map([...collections.map(({ name, blockToLive }): [string, CollectionConfig] => [name, { blockToLive }]), ...implicit]);
    known.set(namespace, all);
    return all;
  };
}
