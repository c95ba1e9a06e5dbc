import type { ReadView } from '../../../core/framework';
import type { CollectionDefinition } from '../chaincode-definition';
import { LIFECYCLE, readCollections } from '../lifecycle';
import { FabricStateError, readBefore } from '../state';
import { transactionAt } from './channel-view';
import { FabricReadError } from './read-error';

/**
 * The collections of a chaincode as the transactions of a block found them: of the last definition in a block below
 * (core/ledger/confighistory/mgr.go, MostRecentCollectionConfigBelow), without those that organisations have anyway. Throws
 * `block-missing` when the definition changed since and the block that has the old one is not here.
 */
export function collectionsBefore(view: ReadView, chaincode: string, block: number): readonly CollectionDefinition[] {
  try {
    return readCollections((key) => readBefore(view.state, (at, transaction) => transactionAt(view, at, transaction), LIFECYCLE, key, block), chaincode);
  } catch (error) {
    if (error instanceof FabricStateError && error.code === 'history-missing') throw new FabricReadError('block-missing', error.message);
    throw error;
  }
}
