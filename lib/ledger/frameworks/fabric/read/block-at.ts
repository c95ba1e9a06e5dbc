import type { ReadView } from '../../../core/framework';
import { height } from '../../../core/types';
import { blockSignatureKey, genesisKey } from '../chain-keys';
import { decodeFrameworkHeader, metadataOf } from '../framework-header';
import { encodeBlock } from '../protocol';
import { FabricReadError } from './read-error';

/**
 * A block's bytes as Fabric has them, with this peer's own signature where its orderer signed it. Undefined above the
 * view's height. Throws `block-missing`: it is older than what this peer has.
 */
export function blockAt(view: ReadView, number: number): Uint8Array | undefined {
  if (!Number.isSafeInteger(number) || number < 0 || number > view.height) return undefined;
  if (number === 0) return view.state.get(genesisKey);
  const stored = storedAt(view, number);
  const header = decodeFrameworkHeader(stored.frameworkHeader);
  return encodeBlock(header, stored.transactions, metadataOf(header, view.state.get(blockSignatureKey(number))));
}

/** The engine's block at a height that the view reaches. */
export function storedAt(view: ReadView, number: number) {
  const stored = view.blockAt(height(number));
  if (stored === undefined) throw new FabricReadError('block-missing', `block ${number} is not on this peer yet: it joined later and has the blocks from ${view.firstHeight} on; ask another peer, or again later`);
  return stored;
}
