import { bytesEqual } from '@/lib/platform/pure/bytes';
import { sha256 } from '../../../core/crypto';
import { decodePrivateRwset, encodePrivateRwset, FabricStateError, type TxRwset } from '../state';

/**
 * Of what was put aside for a transaction by several simulations, the plaintext of each collection that has the promised
 * hash, as one TxPvtReadWriteSet; undefined when there is none. Simulations of one proposal may differ, one was ordered.
 */
export function mergePlaintexts(candidates: readonly Uint8Array[], rwset: TxRwset): Uint8Array | undefined {
  const offered = candidates.flatMap((bytes) => collectionsOf(bytes));
  const namespaces = rwset.namespaces.flatMap(({ namespace, collections }) => {
    const found = collections.flatMap(({ collection, privateRwsetHash }) => {
      const match = privateRwsetHash.length === 0 ? undefined : offered.find((one) => one.namespace === namespace && one.collection === collection && bytesEqual(sha256(one.rwset), privateRwsetHash));
      return match === undefined ? [] : [{ collection, rwset: match.rwset }];
    });
    return found.length === 0 ? [] : [{ namespace, collections: found }];
  });
  return namespaces.length === 0 ? undefined : encodePrivateRwset({ namespaces });
}

function collectionsOf(bytes: Uint8Array): { readonly namespace: string; readonly collection: string; readonly rwset: Uint8Array }[] {
  try {
    return decodePrivateRwset(bytes).namespaces.flatMap(({ namespace, collections }) => collections.map((one) => ({ namespace, ...one })));
  } catch (error) {
    // It was put aside by who endorsed it; what is no write set is none's plaintext.
    if (error instanceof FabricStateError) return [];
    throw error;
  }
}
