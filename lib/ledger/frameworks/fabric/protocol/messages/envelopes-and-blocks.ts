import { bytes, embedded, embeddedBytes, int32, int64, message, repeatedBytes, repeatedMessages, string, uint64, type Decoded } from '@/lib/platform/pure/wire';
import { BLOCK_TRANSACTIONS_MAX, METADATA_MAX } from '../limits';

/** common.HeaderType, as far as it goes over the wire. */
export const HEADER_TYPES = { MESSAGE: 0, CONFIG: 1, CONFIG_UPDATE: 2, ENDORSER_TRANSACTION: 3, ORDERER_TRANSACTION: 4, DELIVER_SEEK_INFO: 5, CHAINCODE_PACKAGE: 6 } as const;

/** A header type in Fabric's words: its name, or the number when it has none. */
export function headerTypeName(type: number): string {
  return Object.entries(HEADER_TYPES).find(([, value]) => value === type)?.[0] ?? String(type);
}

/** common.BlockMetadataIndex. */
export const METADATA_SLOTS = { SIGNATURES: 0, LAST_CONFIG: 1, TRANSACTIONS_FILTER: 2, ORDERER: 3, COMMIT_HASH: 4 } as const;
export const METADATA_SLOT_COUNT = 5;

export const timestamp = message('Timestamp', { seconds: int64(1), nanos: int32(2) });
export type Timestamp = Decoded<typeof timestamp>;

export const envelope = message('Envelope', { payload: bytes(1), signature: bytes(2) });
export type Envelope = Decoded<typeof envelope>;

export const header = message('Header', { channelHeader: bytes(1), signatureHeader: bytes(2) });
export type Header = Decoded<typeof header>;

export const payload = message('Payload', { header: embedded(1, header), data: bytes(2) });

export const channelHeader = message('ChannelHeader', {
  type: int32(1),
  version: int32(2),
  timestamp: embedded(3, timestamp),
  channelId: string(4),
  txId: string(5),
  epoch: uint64(6),
  extension: bytes(7),
  tlsCertHash: bytes(8),
});
export type ChannelHeader = Decoded<typeof channelHeader>;

export const signatureHeader = message('SignatureHeader', { creator: bytes(1), nonce: bytes(2) });
export type SignatureHeader = Decoded<typeof signatureHeader>;

export const blockHeader = message('BlockHeader', { number: uint64(1), previousHash: bytes(2), dataHash: bytes(3) });
export type BlockHeader = Decoded<typeof blockHeader>;

export const blockData = message('BlockData', { data: repeatedBytes(1, BLOCK_TRANSACTIONS_MAX) });

export const blockMetadata = message('BlockMetadata', { metadata: repeatedBytes(1, METADATA_MAX) });

export const block = message('Block', { header: embedded(1, blockHeader), data: embedded(2, blockData), metadata: embedded(3, blockMetadata) });

/** A block whose three parts are bytes as they came. */
export const blockParts = message('Block', { header: embeddedBytes(1), data: embeddedBytes(2), metadata: embeddedBytes(3) });

export const metadataSignature = message('MetadataSignature', { signatureHeader: bytes(1), signature: bytes(2), identifierHeader: bytes(3) });

export const metadata = message('Metadata', { value: bytes(1), signatures: repeatedMessages(2, METADATA_MAX, metadataSignature) });

export const lastConfig = message('LastConfig', { index: uint64(1) });

export const ordererBlockMetadata = message('OrdererBlockMetadata', { lastConfig: embedded(1, lastConfig), consenterMetadata: bytes(2) });
