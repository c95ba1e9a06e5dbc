import type { StateReader } from '../../../core/storage';
import { decodePrivateNames } from './state-keys';

/**
 * A peer's private state as one of its organisations may see it: of collections that it is no member of there is nothing,
 * as on a peer that never got their plaintext.
 */
export function membersOnly(privateState: StateReader, isMember: (namespace: string, collection: string) => boolean): StateReader {
  const isVisible = (key: Uint8Array): boolean => {
    const { namespace, collection } = decodePrivateNames(key);
    return isMember(namespace, collection);
  };
  return {
    get: (key) => (isVisible(key) ? privateState.get(key) : undefined),
    // Ranges of private keys lie within one collection.
    range: (range) => (isVisible(range.from) ? privateState.range(range) : []),
  };
}
