import { decodeRwset } from './decode-rwset';
import type { NamespaceRwset, TxRwset } from './rwset';
import { checkKey, checkName } from './state-keys';
import { FabricStateError } from './state-error';
import { ValidationCode } from './validation-code';

export type CheckedRwset = { readonly code: typeof ValidationCode.valid; readonly rwset: TxRwset } | { readonly code: number; readonly rwset?: undefined };

const HASH_BYTES = 32;

/**
 * Reads the read-write set of an ordered transaction, before its endorsements are looked at. BAD_RWSET: no read-write set;
 * ILLEGAL_WRITESET: a namespace twice (plugindispatcher/dispatcher.go); INVALID_WRITESET: a name or key that cannot be
 * stored here, which no simulation of ours makes.
 */
export function checkRwset(bytes: Uint8Array): CheckedRwset {
  try {
    const rwset = decodeRwset(bytes);
    if (new Set(rwset.namespaces.map(({ namespace }) => namespace)).size < rwset.namespaces.length) return { code: ValidationCode.illegalWriteset };
    for (const one of rwset.namespaces) checkNames(one);
    return { code: ValidationCode.valid, rwset };
  } catch (error) {
    if (!(error instanceof FabricStateError)) throw error;
    return { code: error.code === 'name-refused' ? ValidationCode.invalidWriteset : ValidationCode.badRwset };
  }
}

function checkNames({ namespace, reads, writes, metadataWrites, collections }: NamespaceRwset): void {
  checkName(namespace, 'namespace');
  for (const list of [reads, writes, metadataWrites]) for (const { key } of list) checkKey(key);
  for (const one of collections) {
    checkName(one.collection, 'collection');
    for (const list of [one.reads, one.writes, one.metadataWrites]) {
      for (const { keyHash } of list) if (keyHash.length !== HASH_BYTES) throw new FabricStateError('name-refused', 'the hash of a private key does not have 32 bytes');
    }
  }
}
