import { blockAndPrivateData, filteredBlock, type FilteredBlock } from '../messages';
import { embeddedBytes, int32, message } from '@/lib/platform/pure/wire';

/**
 * The one answer to Deliver of peers and, with `status` and `block` alone, of orderers. A status ends what the client
 * reads.
 */
const deliverResponse = message('DeliverResponse', { status: int32(1), block: embeddedBytes(2), filteredBlock: embeddedBytes(3), blockAndPrivateData: embeddedBytes(4) });

/** Bytes of a DeliverResponse with a block's bytes as they are. For orderers too. */
export function deliverBlock(blockBytes: Uint8Array): Uint8Array {
  return deliverResponse.encode({ block: blockBytes });
}

export function deliverFilteredBlock(block: FilteredBlock): Uint8Array {
  return deliverResponse.encode({ filteredBlock: filteredBlock.encode(block) });
}

/** `privateData`: by a transaction's place in the block the bytes of its TxPvtReadWriteSet, as far as the reader may see. */
export function deliverBlockAndPrivateData(blockBytes: Uint8Array, privateData: ReadonlyMap<bigint, Uint8Array>): Uint8Array {
  return deliverResponse.encode({ blockAndPrivateData: blockAndPrivateData.encode({ block: blockBytes, privateDataMap: privateData }) });
}

/** A value of common.Status; for peers. */
export function deliverStatus(status: number): Uint8Array {
  return deliverResponse.encode({ status });
}
