import { ChaincodeRefusal } from './errors';
import { decodeCallee, decodePage, encodeHistoryRow, encodeMetadata, encodeReply, encodeStateRow, type MessageType } from './messages';
import type { OpenQueries } from './open-queries';
import { MessageReader } from './wire';
import type { ChaincodeWorld } from './world';

/** What a request of a transaction works on. */
export interface OperationContext {
  readonly world: ChaincodeWorld;
  readonly queries: OpenQueries;
  readonly isInit: boolean;
}

/** Carries out one request; gives the payload of its RESPONSE. Throws `ChaincodeRefusal`, `MalformedBytes`, or what the world threw. */
export type Operation = (payload: Uint8Array, context: OperationContext) => Promise<Uint8Array>;

const nothing = new Uint8Array();

function requirePrivateAllowed({ isInit }: OperationContext): void {
  if (isInit) throw new ChaincodeRefusal('private data APIs are not allowed in chaincode Init()');
}

/** A collection may be named in a transaction only, not in an Init. */
function collectionOf(collection: string, context: OperationContext): string {
  if (collection !== '') requirePrivateAllowed(context);
  return collection;
}

/** The requests by their names, with the meaning and the texts of core/chaincode/handler.go (release 2.5). */
export const operations: { readonly [Type in MessageType]?: Operation } = {
  GET_STATE: async (payload, context) => {
    const request = new MessageReader(payload);
    const key = request.text(1);
    return (await context.world.getState(collectionOf(request.text(2), context), key)) ?? nothing;
  },

  PUT_STATE: async (payload, context) => {
    const request = new MessageReader(payload);
    const [key, value, collection] = [request.text(1), request.bytes(2), request.text(3)];
    await context.world.putState(collectionOf(collection, context), key, value);
    return nothing;
  },

  DEL_STATE: async (payload, context) => {
    const request = new MessageReader(payload);
    const key = request.text(1);
    await context.world.delState(collectionOf(request.text(2), context), key);
    return nothing;
  },

  GET_STATE_METADATA: async (payload, context) => {
    const request = new MessageReader(payload);
    const key = request.text(1);
    return encodeMetadata(await context.world.getStateMetadata(collectionOf(request.text(2), context), key));
  },

  PUT_STATE_METADATA: async (payload, context) => {
    const request = new MessageReader(payload);
    const [key, collection, entry] = [request.text(1), request.text(3), new MessageReader(request.bytes(4))];
    const [metakey, value] = [entry.text(1), entry.bytes(2)];
    await context.world.putStateMetadata(collectionOf(collection, context), key, metakey, value);
    return nothing;
  },

  GET_PRIVATE_DATA_HASH: async (payload, context) => {
    const request = new MessageReader(payload);
    const [key, collection] = [request.text(1), request.text(2)];
    requirePrivateAllowed(context);
    return (await context.world.getPrivateDataHash(collection, key)) ?? nothing;
  },

  PURGE_PRIVATE_DATA: async (payload, context) => {
    const request = new MessageReader(payload);
    const [key, collection] = [request.text(1), request.text(2)];
    if (collection === '') throw new ChaincodeRefusal('only applicable for private data');
    requirePrivateAllowed(context);
    await context.world.purgePrivateData(collection, key);
    return nothing;
  },

  GET_STATE_BY_RANGE: async (payload, context) => {
    const request = new MessageReader(payload);
    const [startKey, endKey, collection] = [request.text(1), request.text(2), request.text(3)];
    const page = decodePage(request.bytes(4));
    collectionOf(collection, context);
    // Private data has no pages: a size limits the results, a bookmark means nothing.
    const isPaged = page !== undefined && collection === '';
    const from = isPaged && page.bookmark !== '' ? page.bookmark : startKey;
    const rows = await context.world.getStateByRange(collection, from, endKey, isPaged ? page : undefined);
    return context.queries.begin(rows, encodeStateRow, page && { size: page.size, isPaged });
  },

  GET_QUERY_RESULT: async (payload, context) => {
    const request = new MessageReader(payload);
    const [query, collection] = [request.text(1), request.text(2)];
    const page = decodePage(request.bytes(3));
    collectionOf(collection, context);
    const isPaged = page !== undefined && collection === '';
    const rows = await context.world.getQueryResult(collection, query, isPaged ? page : undefined);
    return context.queries.begin(rows, encodeStateRow, page && { size: page.size, isPaged });
  },

  GET_HISTORY_FOR_KEY: async (payload, context) => {
    const rows = await context.world.getHistoryForKey(new MessageReader(payload).text(1));
    return context.queries.begin(rows, encodeHistoryRow);
  },

  QUERY_STATE_NEXT: async (payload, context) => context.queries.next(new MessageReader(payload).text(1)),

  QUERY_STATE_CLOSE: async (payload, context) => context.queries.close(new MessageReader(payload).text(1)),

  INVOKE_CHAINCODE: async (payload, context) => {
    const { chaincode, channel, input } = decodeCallee(payload);
    return encodeReply(await context.world.invokeChaincode(chaincode, channel, input));
  },
};
