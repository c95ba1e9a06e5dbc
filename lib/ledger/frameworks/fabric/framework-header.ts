import { ByteReader, ByteWriter } from '../../core/codec';
import { BLOCK_TRANSACTIONS_MAX, encodeCommitHashSlot, encodeLastConfigSlot, encodeOrdererValue, metadataSlots, unsignedBlockSlot, type BlockHeader } from './protocol';

/**
 * What the engine's block keeps of Fabric's beside the envelopes: header and metadata, as far as all peers have them alike.
 * It is committed to by the engine's header, so the codes of the transactions are what the validators agreed on.
 */
export interface FrameworkHeader extends BlockHeader {
  /** Number of the block with the configuration in force. */
  readonly lastConfig: bigint;
  /** A validation code for each transaction. */
  readonly codes: Uint8Array;
  /** 32 bytes; empty in block 0. */
  readonly commitHash: Uint8Array;
}

const FORMAT = 1;

export function encodeFrameworkHeader({ number, previousHash, dataHash, lastConfig, codes, commitHash }: FrameworkHeader): Uint8Array {
  return new ByteWriter(160 + codes.length).u8(FORMAT).u48(Number(number)).bytes(previousHash).raw(dataHash).u48(Number(lastConfig)).bytes(codes).bytes(commitHash).finish();
}

/** Throws CodecError for anything else. */
export function decodeFrameworkHeader(bytes: Uint8Array): FrameworkHeader {
  const reader = new ByteReader(bytes);
  const format = reader.u8();
  if (format !== FORMAT) throw new RangeError(`a block of format ${format}, this program reads ${FORMAT}`);
  const header = {
    number: BigInt(reader.u48()),
    previousHash: reader.bytes(32),
    dataHash: reader.raw(32),
    lastConfig: BigInt(reader.u48()),
    codes: reader.bytes(BLOCK_TRANSACTIONS_MAX),
    commitHash: reader.bytes(32),
  };
  reader.end();
  return header;
}

/** The slots of the block's metadata. `signatures`: as an orderer signed it; absent: nobody did. */
export function metadataOf({ lastConfig, codes, commitHash }: Omit<FrameworkHeader, 'previousHash'>, signatures: Uint8Array = unsignedBlockSlot(encodeOrdererValue(lastConfig))): readonly Uint8Array[] {
  return metadataSlots({
    SIGNATURES: signatures,
    LAST_CONFIG: encodeLastConfigSlot(lastConfig),
    TRANSACTIONS_FILTER: codes,
    ...(commitHash.length === 0 ? {} : { COMMIT_HASH: encodeCommitHashSlot(commitHash) }),
  });
}
