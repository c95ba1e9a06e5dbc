import type { StateReader } from '../../../core/storage';
import type { Definitions } from '../definitions';
import { decodeHashedKey, decodeVersion, hashedRange, privateNameKey, type PrivatePosition } from '../state';

/** Keys that are looked at before others have their turn. */
const PAGE = 256;

/**
 * Private data whose hashes are in the state and which this peer may have and lacks, at most `limit`: after it joined from
 * a snapshot these are in no note. In the order of their keys; what the same transaction wrote is named once.
 */
export async function findMissing(state: StateReader, definitions: Definitions, organisations: readonly string[], limit: number, pause: () => Promise<void>): Promise<readonly PrivatePosition[]> {
  const found = new Map<string, PrivatePosition>();
  const { from, to } = hashedRange();
  for (let start = from; ; ) {
    const page = state.range({ from: start, to, limit: PAGE });
    for (const { key, value } of page) {
      const { namespace, collection, keyHash } = decodeHashedKey(key);
      const members = definitions.membersOf(namespace, collection);
      if (!organisations.some((mspId) => members.has(mspId)) || state.get(privateNameKey(namespace, collection, keyHash)) !== undefined) continue;
      const position = { ...decodeVersion(value), namespace, collection };
      found.set(JSON.stringify(position), position);
      if (found.size >= limit) return [...found.values()];
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return [...found.values()];
    start = Buffer.concat([last.key, Uint8Array.of(0)]);
    await pause();
  }
}
