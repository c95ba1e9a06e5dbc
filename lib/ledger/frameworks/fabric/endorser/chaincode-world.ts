import { ChaincodeRefusal, type ChaincodePage, type ChaincodeReply, type ChaincodeRows, type ChaincodeWorld, type HistoryRow, type StateRow } from '../../../vm/chaincode';
import type { Identity } from '../msp/msp';
import { FabricStateError, type QueryIterator, type Simulator } from '../state';
import { findCollectionAccess, type CollectionAccess } from './collection-access';

export interface SimulatedWorldInput {
  readonly simulator: Simulator;
  readonly channelId: string;
  readonly namespace: string;
  /** Who made the proposal. */
  readonly caller: Identity;
  /** Another chaincode, in the words and with the limits of the execution. Throws `ChaincodeRefusal`. */
  readonly call: ChaincodeWorld['invokeChaincode'];
}

/**
 * What one chaincode sees and changes in one simulation (core/chaincode/handler.go). What the world state refuses goes to the
 * chaincode, which may go on; everything else that fails ends the transaction.
 */
export function createChaincodeWorld({ simulator, channelId, namespace, caller, call }: SimulatedWorldInput): ChaincodeWorld {
  const known = new Map<string, CollectionAccess>();
  const accessOf = (collection: string): CollectionAccess => {
    const access = known.get(collection) ?? findCollectionAccess(simulator, { channelId, namespace, collection }, caller);
    known.set(collection, access);
    return access;
  };
  const denied = (right: string, collection: string) => new ChaincodeRefusal(`tx creator does not have ${right} access permission on privatedata in chaincodeName:${namespace} collectionName: ${collection}`);
  /** Runs on the public state, or on a collection that the caller may read or write. */
  const on = <T>(right: 'read' | 'write', collection: string, publicly: () => T, privately: () => T): T =>
    refusing(() => {
      if (collection === '') return publicly();
      const { mayRead, mayWrite } = accessOf(collection);
      if (right === 'read' ? !mayRead : !mayWrite) throw denied(right, collection);
      return privately();
    });
  return {
    getState: async (collection, key) => on('read', collection, () => simulator.getState(namespace, key), () => simulator.getPrivateData(namespace, collection, key)),
    putState: async (collection, key, value) => on('write', collection, () => simulator.putState(namespace, key, value), () => simulator.putPrivateData(namespace, collection, key, value)),
    delState: async (collection, key) => on('write', collection, () => simulator.delState(namespace, key), () => simulator.delPrivateData(namespace, collection, key)),
    getStateMetadata: async (collection, key) => on('read', collection, () => simulator.getStateMetadata(namespace, key), () => simulator.getPrivateDataMetadata(namespace, collection, key)),
    putStateMetadata: async (collection, key, metakey, value) => {
      const metadata = new Map([[metakey, value]]);
      on('write', collection, () => simulator.putStateMetadata(namespace, key, metadata), () => simulator.putPrivateDataMetadata(namespace, collection, key, metadata));
    },
    // For everybody: hashes are public.
    getPrivateDataHash: async (collection, key) => refusing(() => simulator.getPrivateDataHash(namespace, collection, key)),
    purgePrivateData: async (collection, key) => on('write', collection, () => undefined, () => simulator.purgePrivateData(namespace, collection, key)),
    getStateByRange: async (collection, startKey, endKey, page) =>
      rowsOf<StateRow>(on('read', collection, () => simulator.getStateByRange(namespace, startKey, endKey, page), () => simulator.getPrivateDataByRange(namespace, collection, startKey, endKey))),
    getQueryResult: async (collection, query, page?: ChaincodePage) =>
      rowsOf<StateRow>(on('read', collection, () => simulator.getQueryResult(namespace, query, page), () => simulator.getPrivateDataQueryResult(namespace, collection, query))),
    getHistoryForKey: async (key) => rowsOf<HistoryRow>(refusing(() => simulator.getHistoryForKey(namespace, key))),
    invokeChaincode: (chaincode, channel, input): Promise<ChaincodeReply> => call(chaincode, channel, input),
  };
}

function rowsOf<Row>(iterator: QueryIterator<Row>): ChaincodeRows<Row> {
  // Nothing is held open: what the iterator reads it reads from the snapshot of the simulation.
  return { next: async () => refusing(() => iterator.next()), bookmark: () => refusing(() => iterator.bookmark()), close: () => undefined };
}

function refusing<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof FabricStateError) throw new ChaincodeRefusal(error.message);
    throw error;
  }
}
