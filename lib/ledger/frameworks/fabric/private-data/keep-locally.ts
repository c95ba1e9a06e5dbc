import type { StateReader, StateWrite } from '../../../core/storage';
import type { Channel } from '../channel';
import { readDefinitions } from '../definitions';
import { privateMissingKey, reconcilePrivateData, type LatePlaintext, type PrivatePosition } from '../state';
import { aside, received } from './plaintext-store';

/** What a peer of a channel keeps for itself between two blocks. */
export type FabricLocalRequest =
  /** The plaintext of a simulation, before its endorsement is answered: bytes of a TxPvtReadWriteSet. */
  | { readonly kind: 'put-aside'; readonly txId: string; readonly plaintext: Uint8Array }
  /** The same from an endorser elsewhere, before its endorsement is answered (`offered-private-data`). */
  | { readonly kind: 'put-received'; readonly txId: string; readonly plaintext: Uint8Array }
  /** Private data of an old block that another member gave; `hash` is what the block promised (`promised-hash`). */
  | { readonly kind: 'reconcile'; readonly late: LatePlaintext }
  /** Private data that this peer should have and was never promised to it in a block: it joined from a snapshot, or had no organisation of the collection then. */
  | { readonly kind: 'note-missing'; readonly positions: readonly PrivatePosition[] };

/** One call notes so many; whoever found more calls again. */
export const NOTED_MAX = 1_000;

/** Throws FabricStateError. */
export function keepLocally(channel: Channel, request: FabricLocalRequest, state: StateReader): readonly StateWrite[] {
  switch (request.kind) {
    case 'put-aside':
      return aside.put(request.txId, request.plaintext, state);
    case 'put-received':
      // It may have been simulated here, too.
      return aside.has(request.txId, request.plaintext, state) ? [] : received.put(request.txId, request.plaintext, state);
    case 'reconcile':
      return reconcilePrivateData(request.late, state, state, readDefinitions(channel, state).collectionsOf) ?? [];
    case 'note-missing': {
      const keys = request.positions.slice(0, NOTED_MAX).map(({ block, transaction, namespace, collection }) => privateMissingKey(block, transaction, namespace, collection));
      // A note may say that it was nobody's here: since then it has become somebody's.
      const absent = keys.filter((key) => state.get(key)?.[0] !== 1).sort((a, b) => Buffer.compare(a, b));
      return absent.filter((key, at) => at === 0 || Buffer.compare(key, absent[at - 1] ?? key) !== 0).map((key) => ({ key, value: Uint8Array.of(1) }));
    }
  }
}
