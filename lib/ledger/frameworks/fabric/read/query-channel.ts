import type { LedgerHost } from '../../../core/host-types';
import type { ChainId } from '../../../core/types';
import type { TransactionPlace } from '../state';
import type { FabricQuery, FabricReads } from './answer-query';
import type { ChannelView } from './channel-view';

/** Asks a peer of a channel, on one durable height; the answer has the type that belongs to the request. Errors: those of `LedgerHost.query`, and FabricReadError. */
export async function queryChannel<Q extends FabricQuery>(host: Pick<LedgerHost, 'query'>, chain: ChainId, request: Q, signal: AbortSignal): Promise<FabricReads[Q['kind']]['answer']> {
  // Nobody but this framework's own instance answers it.
  return (await host.query(chain, request, signal)) as FabricReads[Q['kind']]['answer'];
}

/** Runs on a view of the channel at its last durable height, which stands still for as long as `run` takes; see {@link ChannelView}. */
export async function withChannelView<T>(host: Pick<LedgerHost, 'query'>, chain: ChainId, signal: AbortSignal, run: (view: ChannelView) => Promise<T>): Promise<T> {
  return (await queryChannel(host, chain, { kind: 'view', run }, signal)) as T;
}

/** Resolves with where a transaction stands first as soon as this peer has it durably; rejects with the signal's reason. */
export async function waitForTransaction(host: Pick<LedgerHost, 'query' | 'head' | 'waitForHeight'>, chain: ChainId, txId: string, signal: AbortSignal): Promise<TransactionPlace> {
  for (;;) {
    // Before the look: a block that comes after it ends the wait.
    const { height } = host.head(chain);
    const found = await queryChannel(host, chain, { kind: 'transaction-status', txId }, signal);
    if (found !== undefined) return found;
    await host.waitForHeight(chain, height, signal);
  }
}
