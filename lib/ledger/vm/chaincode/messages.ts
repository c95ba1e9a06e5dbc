import { FieldWriter } from '@/lib/platform/pure/wire';
import { MessageReader } from './wire';
import type { HistoryRow, StateRow } from './world';

/** `ChaincodeMessage.Type` of fabric-protos, peer/chaincode_shim.proto. */
export const messageTypes = {
  REGISTER: 1,
  REGISTERED: 2,
  INIT: 3,
  READY: 4,
  TRANSACTION: 5,
  COMPLETED: 6,
  ERROR: 7,
  GET_STATE: 8,
  PUT_STATE: 9,
  DEL_STATE: 10,
  INVOKE_CHAINCODE: 11,
  RESPONSE: 13,
  GET_STATE_BY_RANGE: 14,
  GET_QUERY_RESULT: 15,
  QUERY_STATE_NEXT: 16,
  QUERY_STATE_CLOSE: 17,
  KEEPALIVE: 18,
  GET_HISTORY_FOR_KEY: 19,
  GET_STATE_METADATA: 20,
  PUT_STATE_METADATA: 21,
  GET_PRIVATE_DATA_HASH: 22,
  PURGE_PRIVATE_DATA: 23,
} as const;

export type MessageType = keyof typeof messageTypes;

const names = new Map(Object.entries(messageTypes).map(([name, number]) => [number as number, name as MessageType]));

/** `protos.ChaincodeMessage`. Bytes inside stay as they came. */
export interface ChaincodeMessage {
  /** A type of Fabric 2.5, or its number when it is none. */
  readonly type: MessageType | number;
  readonly channel: string;
  readonly txId: string;
  readonly payload: Uint8Array;
  /** A serialised `SignedProposal`. */
  readonly proposal?: Uint8Array;
  /** A serialised `ChaincodeEvent`. */
  readonly event?: Uint8Array;
}

/** What a chaincode answered: COMPLETED with a serialised `Response`, or ERROR with a text. */
export interface ChaincodeReply {
  readonly isError: boolean;
  readonly channel: string;
  readonly txId: string;
  readonly payload: Uint8Array;
  /** A serialised `ChaincodeEvent`, as the chaincode set it. */
  readonly event?: Uint8Array;
}

/** Throws `MalformedBytes`. */
export function decodeMessage(bytes: Uint8Array): ChaincodeMessage {
  const reader = new MessageReader(bytes);
  const type = reader.int32(1);
  return {
    type: names.get(type) ?? type,
    payload: reader.bytes(3),
    txId: reader.text(4),
    proposal: reader.has(5) ? reader.bytes(5) : undefined,
    event: reader.has(6) ? reader.bytes(6) : undefined,
    channel: reader.text(7),
  };
}

export function encodeMessage(message: Omit<ChaincodeMessage, 'type'> & { readonly type: MessageType }): Uint8Array {
  const writer = new FieldWriter().int(1, messageTypes[message.type]).bytes(3, message.payload).text(4, message.txId);
  if (message.proposal) writer.item(5, message.proposal);
  if (message.event) writer.item(6, message.event);
  return writer.text(7, message.channel).finish();
}

/** The answer to INVOKE_CHAINCODE is the callee's own message, serialised (core/chaincode/handler.go, HandleInvokeChaincode). */
export function encodeReply(reply: ChaincodeReply): Uint8Array {
  return encodeMessage({ ...reply, type: reply.isError ? 'ERROR' : 'COMPLETED' });
}

/** `ledger.queryresult.KV`. */
export function encodeStateRow({ namespace, key, value }: StateRow): Uint8Array {
  return new FieldWriter().text(1, namespace).text(2, key).bytes(3, value).finish();
}

/** `ledger.queryresult.KeyModification`. */
export function encodeHistoryRow({ txId, value, timestamp, isDelete }: HistoryRow): Uint8Array {
  const time = new FieldWriter().int(1, timestamp.seconds).int(2, timestamp.nanos).finish();
  return new FieldWriter().text(1, txId).bytes(2, value).item(3, time).bool(4, isDelete).finish();
}

/** `protos.StateMetadataResult`, in the order of the names: Go's order of a map is chance. */
export function encodeMetadata(entries: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const writer = new FieldWriter();
  for (const [name, value] of [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    writer.item(1, new FieldWriter().text(1, name).bytes(2, value).finish());
  }
  return writer.finish();
}

/** `protos.QueryResponse`. */
export function encodeQueryResponse(response: {
  readonly id: string;
  readonly results: readonly Uint8Array[];
  readonly hasMore: boolean;
  readonly page?: { readonly fetched: number; readonly bookmark: string };
}): Uint8Array {
  const writer = new FieldWriter();
  for (const row of response.results) writer.item(1, new FieldWriter().bytes(1, row).finish());
  writer.bool(2, response.hasMore).text(3, response.id);
  if (response.page) {
    writer.bytes(4, new FieldWriter().int(1, response.page.fetched).text(2, response.page.bookmark).finish());
  }
  return writer.finish();
}

/** `protos.QueryMetadata`; undefined when the chaincode asked for no page (handler.go, isMetadataSetForPagination). */
export function decodePage(bytes: Uint8Array): { size: number; bookmark: string } | undefined {
  const reader = new MessageReader(bytes);
  const page = { size: reader.int32(1), bookmark: reader.text(2) };
  return page.size === 0 && page.bookmark === '' ? undefined : page;
}

/** Name and channel of `protos.ChaincodeSpec`, written "name:version/channel", and its input as it came. */
export function decodeCallee(bytes: Uint8Array): { chaincode: string; channel: string; input: Uint8Array } {
  const spec = new MessageReader(bytes);
  const written = new MessageReader(spec.bytes(2)).text(2);
  const slash = written.indexOf('/');
  const name = slash < 0 ? written : written.slice(0, slash);
  return { chaincode: name.split(':', 1)[0] ?? '', channel: slash < 0 ? '' : written.slice(slash + 1), input: spec.bytes(3) };
}

/** `protos.ChaincodeInput`: the function's name and its arguments. */
export function encodeInput(args: readonly Uint8Array[], isInit = false): Uint8Array {
  const writer = new FieldWriter();
  for (const argument of args) writer.item(1, argument);
  return writer.bool(3, isInit).finish();
}

/** `protos.Response` of a COMPLETED. Throws `MalformedBytes`. */
export function decodeResponse(payload: Uint8Array): { status: number; message: string; payload: Uint8Array } {
  const reader = new MessageReader(payload);
  return { status: reader.int32(1), message: reader.text(2), payload: reader.bytes(3) };
}
