import { isLedgerError } from '../../../core/errors';
import { TransactionRefused } from '../../../core/framework';
import { loadEvmCrypto, type EvmCrypto } from '../../../vm/evm';
import { TRANSACTION_BYTES_MAX } from '../transaction-checks';
import type { EthereumQuery } from './answer-query';
import { data } from './hex';
import { parseParams, rawTransactionParam } from './params';
import { failure, SEND_METHOD, type RpcCall, type RpcId, type RpcRequests, type RpcResponse } from './parse-requests';
import { refusalToError } from './refusal-to-error';
import { INTERNAL_ERROR, isRpcError, LIMIT_EXCEEDED, METHOD_NOT_FOUND, RESPONSE_TOO_LARGE, RpcError, serverError } from './rpc-error';
import { whyNotOffered } from './not-offered';

/** One sub-chain as the door needs it; a `LedgerHost` offers just that. */
export interface EthereumBackend {
  /** Resolves when the transaction's block is durable, or at once when it has to wait for an earlier nonce. */
  submit(bytes: Uint8Array, options: { readonly signal: AbortSignal }): Promise<unknown>;
  query(request: EthereumQuery, signal: AbortSignal): Promise<unknown>;
}

export interface DoorCallOptions {
  /** Ends a read: about 5 s. */
  readonly readSignal: AbortSignal;
  /** Ends the waiting for a block, not the transaction: the hash is answered then, and the client polls. */
  readonly sendSignal: AbortSignal;
}

export interface EthereumDoorOptions {
  /** Errors that are ours, for the log; the client learns no more than that. */
  readonly onUnexpected: (error: unknown, method: string) => void;
  /** Most bytes of all the answers to one body. */
  readonly responseBytesMax?: number;
}

/**
 * The codec of Ethereum's JSON-RPC: bytes in, bytes out. Sockets, keys, quotas and time limits are the gateway's.
 */
export interface EthereumDoor {
  /** Answers one request; undefined for a notification. Never throws. */
  handle(call: RpcCall, backend: EthereumBackend, options: DoorCallOptions): Promise<RpcResponse | undefined>;
  /**
   * Answers a body. Sends are handed over in their order; a read sees the sends before it; otherwise everything is
   * answered side by side. Undefined when there is nothing to answer (notifications only).
   * @param handleOne what the gateway puts around `handle`: scope and quota of each call
   */
  answer(requests: RpcRequests, handleOne: (call: RpcCall) => Promise<RpcResponse | undefined>): Promise<Uint8Array | undefined>;
}

export async function createEthereumDoor(options: EthereumDoorOptions): Promise<EthereumDoor> {
  const crypto = await loadEvmCrypto();
  return {
    handle: (call, backend, callOptions) => handle(call, backend, callOptions, crypto, options),
    answer: (requests, handleOne) => answer(requests, handleOne, options.responseBytesMax ?? RESPONSE_BYTES_MAX),
  };
}

/** go-ethereum's limit for a batch. */
const RESPONSE_BYTES_MAX = 25 * 1024 * 1024;
/** How many reads of one batch run side by side: each call holds an interpreter. */
const READS_AT_ONCE = 8;

async function handle(call: RpcCall, backend: EthereumBackend, options: DoorCallOptions, crypto: EvmCrypto, { onUnexpected }: EthereumDoorOptions): Promise<RpcResponse | undefined> {
  const id = call.id ?? null;
  let response: RpcResponse;
  try {
    response = { jsonrpc: '2.0', id, result: await carryOut(call, backend, options, crypto) };
  } catch (error) {
    const { code, message, data: details } = errorOf(error, options.readSignal, (unexpected) => onUnexpected(unexpected, call.method));
    response = failure(id, code, message, details);
  }
  return call.id === undefined ? undefined : response;
}

async function carryOut({ method, params }: RpcCall, backend: EthereumBackend, { readSignal, sendSignal }: DoorCallOptions, crypto: EvmCrypto): Promise<unknown> {
  if (method === SEND_METHOD) return send(params, backend, sendSignal, crypto);
  const reason = whyNotOffered(method);
  if (reason !== undefined) throw new RpcError(METHOD_NOT_FOUND, reason);
  return backend.query({ method, params: [...params] }, readSignal);
}

async function send(params: readonly unknown[], backend: EthereumBackend, signal: AbortSignal, crypto: EvmCrypto): Promise<string> {
  const [bytes] = parseParams([rawTransactionParam], params);
  if (bytes.length > TRANSACTION_BYTES_MAX) throw serverError(`oversized data: transaction size ${bytes.length}, limit ${TRANSACTION_BYTES_MAX}`);
  const hash = data(crypto.keccak256(bytes));
  try {
    await backend.submit(bytes, { signal });
  } catch (error) {
    // The time for waiting is over; the transaction stays queued, and its receipt appears when its block is durable.
    if (signal.aborted && error === signal.reason) return hash;
    throw error;
  }
  return hash;
}

function errorOf(error: unknown, readSignal: AbortSignal, onUnexpected: (error: unknown) => void): RpcError {
  if (isRpcError(error)) return error;
  if (error instanceof TransactionRefused) return refusalToError(error);
  if (readSignal.aborted && error === readSignal.reason) return serverError('execution aborted: the time limit for a read was reached');
  if (isLedgerError(error, 'storage-full')) return new RpcError(LIMIT_EXCEEDED, `the disk of this city node is full: try again in ${error.details.retryAfterMs} ms`, { retryAfterMs: error.details.retryAfterMs });
  if (isLedgerError(error, 'queue-full')) return new RpcError(LIMIT_EXCEEDED, `too many transactions are waiting: try again in ${error.details.retryAfterMs} ms`, { retryAfterMs: error.details.retryAfterMs });
  if (isLedgerError(error, 'chain-stopped')) return serverError(`this sub-chain takes no transactions here: ${error.details.reason}`);
  if (isLedgerError(error, 'peers-unreachable')) return serverError('the peer that orders transactions cannot be reached: try again');
  if (isLedgerError(error, 'peer-away')) return serverError('this peer goes to another process, or its process starts: try again in a moment');
  if (isLedgerError(error, 'view-too-old')) return serverError('the read took longer than its block is kept: try again');
  if (isLedgerError(error, 'closing')) return serverError('this city node is shutting down: try again');
  onUnexpected(error);
  return new RpcError(INTERNAL_ERROR, 'internal error');
}

async function answer(requests: RpcRequests, handleOne: (call: RpcCall) => Promise<RpcResponse | undefined>, bytesMax: number): Promise<Uint8Array | undefined> {
  const answers: Promise<string | undefined>[] = [];
  const sends: Promise<unknown>[] = [];
  const readsRunning = new Set<Promise<unknown>>();
  let size = 0;
  let isFull = false;
  const tooLarge = (id: RpcId): string => JSON.stringify(failure(id, RESPONSE_TOO_LARGE, `response too large: at most ${bytesMax} bytes for one request body`));
  // As soon as it is there, so that a batch never holds more than it may answer.
  const encodeRead = (response: RpcResponse | undefined): string | undefined => {
    if (response === undefined) return undefined;
    const text = JSON.stringify(response);
    if (size + text.length > bytesMax) {
      isFull = true;
      return tooLarge(response.id);
    }
    size += text.length;
    return text;
  };
  const read = async (call: RpcCall, before: readonly Promise<unknown>[]): Promise<string | undefined> => {
    await Promise.all(before);
    if (isFull) return call.id === undefined ? undefined : tooLarge(call.id);
    return encodeRead(await handleOne(call));
  };
  for (const entry of requests.entries) {
    if ('invalid' in entry) {
      answers.push(Promise.resolve(JSON.stringify(entry.invalid)));
    } else if (entry.scope === 'write') {
      const sent = handleOne(entry);
      sends.push(sent);
      // Short, and its sender must learn what came of it, however full the answer is.
      answers.push(sent.then((response) => (response === undefined ? undefined : JSON.stringify(response))));
    } else {
      while (readsRunning.size >= READS_AT_ONCE) await Promise.race(readsRunning);
      const answered = read(entry, [...sends]);
      readsRunning.add(answered);
      void answered.finally(() => readsRunning.delete(answered));
      answers.push(answered);
    }
  }
  const encoded = (await Promise.all(answers)).filter((text) => text !== undefined);
  if (encoded.length === 0) return undefined;
  return new TextEncoder().encode(requests.isBatch ? `[${encoded.join(',')}]` : encoded[0]);
}
