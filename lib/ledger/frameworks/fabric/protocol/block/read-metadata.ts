import { lastConfig, metadata, METADATA_SLOTS, ordererBlockMetadata, signatureHeader } from '../messages';
import type { SignedStatement } from '../transaction/list-endorsements';
import { WireError } from '@/lib/platform/pure/wire';
import { encodeHeaderDer } from './header-hash';
import { blockStatement } from './metadata';
import { BlockInvalid, type UnpackedBlock } from './unpack-block';

/** The number of the block with the configuration in force, from the slot SIGNATURES or, in old blocks, from LAST_CONFIG. Throws {@link BlockInvalid}. */
export function readLastConfigIndex(block: UnpackedBlock): bigint {
  return orInvalid(() => {
    const { value } = metadata.decode(slotOf(block, METADATA_SLOTS.SIGNATURES));
    if (value.length > 0) return ordererBlockMetadata.decode(value).lastConfig?.index ?? 0n;
    return lastConfig.decode(metadata.decode(slotOf(block, METADATA_SLOTS.LAST_CONFIG)).value).index;
  });
}

/** Who signed the block, and what each of them signed; nothing is verified. Throws {@link BlockInvalid}. */
export function listBlockSignatures(block: UnpackedBlock): readonly SignedStatement[] {
  return orInvalid(() => {
    const { value, signatures } = metadata.decode(slotOf(block, METADATA_SLOTS.SIGNATURES));
    const headerDer = encodeHeaderDer(block.header);
    return signatures.map(({ signatureHeader: header, signature }) => ({
      identity: signatureHeader.decode(header).creator,
      statement: blockStatement(value, header, headerDer),
      signature,
    }));
  });
}

/** The slot COMMIT_HASH: 32 bytes, or none in the first block. Throws {@link BlockInvalid}. */
export function readCommitHash(block: UnpackedBlock): Uint8Array {
  return orInvalid(() => metadata.decode(slotOf(block, METADATA_SLOTS.COMMIT_HASH)).value);
}

function slotOf({ metadata: slots }: UnpackedBlock, slot: number): Uint8Array {
  return slots[slot] ?? new Uint8Array(0);
}

function orInvalid<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new BlockInvalid(`malformed metadata: ${error.message}`);
  }
}
