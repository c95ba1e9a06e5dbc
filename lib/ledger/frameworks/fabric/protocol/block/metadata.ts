import { lastConfig, metadata, METADATA_SLOT_COUNT, METADATA_SLOTS, ordererBlockMetadata, signatureHeader } from '../messages';
import { VALIDATION_CODES, type ValidationCode } from '../transaction/validation-codes';
import type { IdentitySigner } from '../endorsement/endorse';

const EMPTY = new Uint8Array(0);

/** The value of the slot SIGNATURES: where the channel's configuration stands, and what an ordering wants to note. */
export function encodeOrdererValue(lastConfigIndex: bigint, consenterMetadata: Uint8Array = EMPTY): Uint8Array {
  return ordererBlockMetadata.encode({ lastConfig: { index: lastConfigIndex }, consenterMetadata });
}

/** What an orderer signs: the slot's value, its own signature header, the block's header in DER (orderer/common/multichannel/blockwriter.go). */
export function blockStatement(ordererValue: Uint8Array, signatureHeaderBytes: Uint8Array, headerDer: Uint8Array): Uint8Array {
  return Buffer.concat([ordererValue, signatureHeaderBytes, headerDer]);
}

/** The slot SIGNATURES with an orderer's signature over the block. `nonce`: 24 bytes that it uses once. */
export function signBlockSlot(ordererValue: Uint8Array, headerDer: Uint8Array, signer: IdentitySigner, nonce: Uint8Array): Uint8Array {
  const header = signatureHeader.encode({ creator: signer.serialized, nonce });
  const signature = signer.sign(blockStatement(ordererValue, header, headerDer));
  return metadata.encode({ value: ordererValue, signatures: [{ signatureHeader: header, signature, identifierHeader: EMPTY }] });
}

/** The slot SIGNATURES of a block that nobody signed: the first one. */
export function unsignedBlockSlot(ordererValue: Uint8Array): Uint8Array {
  return metadata.encode({ value: ordererValue });
}

/** The slot LAST_CONFIG: the number of the block that holds the configuration in force. */
export function encodeLastConfigSlot(index: bigint): Uint8Array {
  return metadata.encode({ value: lastConfig.encode({ index }) });
}

/** The slot TRANSACTIONS_FILTER: one byte a transaction. */
export function encodeFilterSlot(codes: readonly ValidationCode[]): Uint8Array {
  return Uint8Array.from(codes);
}

/** A transaction's code in the slot TRANSACTIONS_FILTER; `NOT_VALIDATED` where the slot says nothing. */
export function codeAt(filter: Uint8Array, index: number): number {
  return filter[index] ?? VALIDATION_CODES.NOT_VALIDATED;
}

/** The slot COMMIT_HASH. */
export function encodeCommitHashSlot(commitHash: Uint8Array): Uint8Array {
  return metadata.encode({ value: commitHash });
}

/** All slots in their order, those that are not given empty. */
export function metadataSlots(slots: Partial<Readonly<Record<keyof typeof METADATA_SLOTS, Uint8Array>>>): readonly Uint8Array[] {
  const list: Uint8Array[] = Array.from({ length: METADATA_SLOT_COUNT }, () => EMPTY);
  for (const [name, bytes] of Object.entries(slots)) list[METADATA_SLOTS[name as keyof typeof METADATA_SLOTS]] = bytes;
  return list;
}
