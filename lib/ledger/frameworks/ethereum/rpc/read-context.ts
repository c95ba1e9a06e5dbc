import type { ReadView } from '../../../core/framework';
import type { StateReader } from '../../../core/storage';
import type { Evm } from '../../../vm/evm';
import type { ChainRules } from '../config';
import { decodeEthereumHeader, type EthereumHeader } from '../header';
import { blockHash, heightOf } from '../read-chain';
import type { BlockReference } from './params';
import { serverError } from './rpc-error';

/** What a read method works on: one sub-chain at one durable height. */
export interface ReadContext {
  readonly evm: Evm;
  readonly rules: ChainRules;
  readonly view: ReadView;
  readonly clientVersion: string;
  /** Runs code of contracts, which may take long: `work` gets the machine and the state that it shall use. */
  readonly execute: (work: (evm: Evm, state: StateReader) => Promise<string>) => Promise<string>;
  /** Lets other work of the process have its turn, and throws when the caller's time is up. */
  readonly pause: () => Promise<void>;
}

export interface BlockRead {
  readonly height: number;
  readonly hash: Uint8Array;
  readonly header: EthereumHeader;
  readonly headerBytes: Uint8Array;
  readonly transactions: readonly Uint8Array[];
}

/** Height of the block meant; undefined when there is none yet (or a hash names none). */
export function findHeight({ view }: ReadContext, reference: BlockReference): number | undefined {
  switch (reference.kind) {
    case 'head':
      return view.height;
    case 'height':
      return reference.height <= view.height ? reference.height : undefined;
    case 'hash': {
      const height = heightOf(view.state, reference.hash);
      return height !== undefined && height <= view.height ? height : undefined;
    }
  }
}

export function findBlock(context: ReadContext, reference: BlockReference): BlockRead | undefined {
  const height = findHeight(context, reference);
  return height === undefined ? undefined : readBlock(context, height);
}

/** The block at a height that is known to exist. */
export function readBlock({ view }: ReadContext, height: number): BlockRead {
  const stored = view.blockAt(height as ReadView['height']);
  const hash = blockHash(view.state, height);
  if (stored === undefined && height < view.firstHeight) {
    throw serverError(`block ${height} is not in this city node yet: its peer joined from a snapshot and has the blocks from ${view.firstHeight} on; ask again later, or another city node`);
  }
  if (stored === undefined || hash === undefined) throw new Error(`block ${height} cannot be read`);
  return { height, hash, header: decodeEthereumHeader(stored.frameworkHeader), headerBytes: stored.frameworkHeader, transactions: stored.transactions };
}

/**
 * The head block, for a read of state. Only the newest state is kept, and saying so is better than answering with
 * another block's. Throws RpcError -32000.
 */
export function requireHeadState(context: ReadContext, reference: BlockReference): void {
  const height = findHeight(context, reference);
  if (height === undefined) throw serverError('header not found');
  if (height !== context.view.height) {
    throw serverError(`historical state is not kept on this sub-chain: state can be read at the latest block only (block ${height} was asked for, the latest is ${context.view.height})`);
  }
}
