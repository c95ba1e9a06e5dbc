import { decodeRwset } from './decode-rwset';
import type { NamespaceRwset, TxRwset } from './rwset';
import { checkKey, checkName } from './state-keys';
import { FabricStateError } from './state-error';
import { VALIDATION_CODES, type ValidationCode } from '../protocol/transaction/validation-codes';

export type CheckedRwset = { readonly code: typeof VALIDATION_CODES.VALID; readonly rwset: TxRwset } | { readonly code: ValidationCode; readonly rwset?: undefined };

const HASH_BYTES = 32;

/**
 * Reads the read-write set of an ordered transaction, before its endorsements are looked at. BAD_RWSET: no read-write set;
 * ILLEGAL_WRITESET: a namespace twice (plugindispatcher/dispatcher.go); INVALID_WRITESET: a name or key that cannot be
 * stored here, which no simulation of ours makes.
 */
export function checkRwset(bytes: Uint8Array): CheckedRwset {
  try {
    const rwset = decodeRwset(bytes);
    if (new Set(rwset.namespaces.map(({ namespace }) => namespace)).size < rwset.namespaces.length) return { code: VALIDATION_CODES.ILLEGAL_WRITESET };
    for (const one of rwset.namespaces) checkNames(one);
    return { code: VALIDATION_CODES.VALID, rwset };
  } catch (error) {
    if (!(error instanceof FabricStateError)) throw error;
    return { code: error.code === 'name-refused' ? VALIDATION_CODES.INVALID_WRITESET : VALIDATION_CODES.BAD_RWSET };
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
