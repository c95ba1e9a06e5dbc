import { BLOCK_BYTES_MAX } from '../limits';
import { blockData, blockHeader, blockMetadata, blockParts, type BlockHeader } from '../messages';
import { WireError } from '@/lib/platform/pure/wire';
import { hashData } from './header-hash';

/** Bytes that are no block, or one whose parts do not belong together. */
export class BlockInvalid extends Error {
  override readonly name = 'BlockInvalid';
}

/** A block. All bytes are views of what came. */
export interface UnpackedBlock {
  readonly header: BlockHeader;
  /** Envelopes of the transactions, as they were ordered. */
  readonly envelopes: readonly Uint8Array[];
  /** The slots, in the order of METADATA_SLOTS. */
  readonly metadata: readonly Uint8Array[];
}

/** Reads a block and checks that its data is what its header says. Throws {@link BlockInvalid}. */
export function unpackBlock(bytes: Uint8Array): UnpackedBlock {
  if (bytes.length > BLOCK_BYTES_MAX) throw new BlockInvalid(`a block has at most ${BLOCK_BYTES_MAX} bytes, this one has ${bytes.length}`);
  const block = decodeBlock(bytes);
  if (block.header.dataHash.length !== 32 || Buffer.compare(hashData(block.envelopes), block.header.dataHash) !== 0) {
    throw new BlockInvalid(`the data of block [${block.header.number}] is not what its header says`);
  }
  return block;
}

function decodeBlock(bytes: Uint8Array): UnpackedBlock {
  try {
    const { header, data, metadata } = blockParts.decode(bytes);
    if (header === undefined || data === undefined) throw new WireError('no header or no data');
    return {
      header: blockHeader.decode(header),
      envelopes: blockData.decode(data).data,
      metadata: metadata === undefined ? [] : blockMetadata.decode(metadata).metadata,
    };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new BlockInvalid(`error unmarshalling Block: proto: ${error.message}`);
  }
}
