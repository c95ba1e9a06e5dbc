import type { ReadView } from '../../../core/framework';
import type { StateReader } from '../../../core/storage';
import { height } from '../../../core/types';
import type { Channel } from '../channel';
import { readDefinitions, type Definitions } from '../definitions';
import { readHead } from '../execute-block';
import type { Head } from '../head';
import { unpackTransaction } from '../protocol';
import { readNamespacesWith } from '../read-namespaces';
import type { PastTransaction, TransactionAt } from '../state';
import { storedAt } from './block-at';

/**
 * A channel at one height, for a simulation: it stands still over awaits while other blocks are committed, until the
 * request that gave it ends or so much has changed that it is forgotten (`view-too-old`).
 */
export interface ChannelView {
  readonly channel: Channel;
  readonly head: Head;
  readonly state: StateReader;
  /** This peer's own: plaintext of the collections that its organisations are members of. */
  readonly privateState: StateReader;
  readonly definitions: Definitions;
  readonly transactionAt: TransactionAt;
  /** Aborted when the caller's time is up. */
  readonly signal: AbortSignal;
}

export function channelView(channel: Channel, view: ReadView): ChannelView {
  const { state, signal } = view;
  return { channel, head: readHead(state), state, privateState: state, definitions: readDefinitions(channel, state), transactionAt: (block, transaction) => transactionAt(view, block, transaction), signal };
}

/** A transaction in a block; undefined when it lies before the blocks of this peer. Throws `block-missing`. */
export function transactionAt(view: ReadView, block: number, transaction: number): PastTransaction | undefined {
  // What the state names and is not here lies before a snapshot: the history says so.
  if (block < 1 || (block < view.firstHeight && view.blockAt(height(block)) === undefined)) return undefined;
  const bytes = storedAt(view, block).transactions[transaction];
  if (bytes === undefined) return undefined;
  const { channelHeader, results } = unpackTransaction(bytes, readNamespacesWith(() => undefined));
  const { txId, timestamp = { seconds: 0n, nanos: 0 } } = channelHeader;
  return { txId, timestamp, rwset: results };
}
