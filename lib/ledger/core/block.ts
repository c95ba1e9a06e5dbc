import { ByteReader, ByteWriter, CodecError } from './codec';
import { sha256Hex } from './crypto';
import type { BlockHeader, BlockSignature } from './host-types';
import { chainId, hash, height, timeMs, type ChainId, type Hash, type Height } from './types';

/** A block as a peer stores it and as peers send it to each other. */
export interface Block {
  readonly header: BlockHeader;
  /** The framework's own header; `header.frameworkHeaderHash` is its SHA-256. */
  readonly frameworkHeader: Uint8Array;
  readonly transactions: readonly Uint8Array[];
  /** The proposer's first; a peer adds its own to its copy after re-executing. */
  readonly signatures: readonly BlockSignature[];
  /** Only at height 0: the encoded genesis document; `header.previousHash` is its SHA-256. */
  readonly genesis?: Uint8Array;
}

const FORMAT = 1;
export const BLOCK_TRANSACTIONS_MAX = 10_000;
export const BLOCK_BYTES_MAX = 16 * 1024 * 1024;
const HEADER_BYTES_MAX = 1_024;
const FRAMEWORK_HEADER_BYTES_MAX = 64 * 1024;
const PUBLIC_KEY_BYTES_MAX = 256;
const SIGNATURE_BYTES_MAX = 128;
const SIGNATURES_MAX = 64;
const GENESIS_BYTES_MAX = 1024 * 1024;

export function encodeHeader(header: BlockHeader): Uint8Array {
  return new ByteWriter(512)
    .string('chainworks/block')
    .u8(FORMAT)
    .string(header.chain)
    .u48(header.height)
    .hash(header.previousHash)
    .hash(header.transactionRoot)
    .hash(header.receiptRoot)
    .hash(header.eventRoot)
    .hash(header.stateRoot)
    .hash(header.frameworkHeaderHash)
    .u48(header.time)
    .u32(header.engineVersion)
    .bytes(header.proposer)
    .hash(header.validators)
    .hash(header.nextValidators)
    .finish();
}

/** Throws CodecError unless the bytes are exactly one header of this format. */
export function decodeHeader(bytes: Uint8Array): BlockHeader {
  const reader = new ByteReader(bytes);
  const header = readHeader(reader);
  reader.end();
  return header;
}

/** The block's name everywhere: SHA-256 over the header's canonical bytes. */
export function hashHeader(header: BlockHeader): Hash {
  return sha256Hex(encodeHeader(header));
}

/**
 * What a peer signs for a block: chain, height, round and hash under a prefix of their own, so that the signature
 * means nothing anywhere else. With solo finality the round is always 0.
 */
export function signedStatement(chain: ChainId, at: Height, round: number, blockHash: Hash): Uint8Array {
  return new ByteWriter(160).string('chainworks/finality/1').string(chain).u48(at).u32(round).hash(blockHash).finish();
}

export function encodeBlock(block: Block): Uint8Array {
  const sizeHint = block.transactions.reduce((sum, bytes) => sum + bytes.length + 4, 1_536 + block.frameworkHeader.length);
  const writer = new ByteWriter(sizeHint).u8(FORMAT).bytes(encodeHeader(block.header)).bytes(block.frameworkHeader);
  writer.u8(block.genesis === undefined ? 0 : 1);
  if (block.genesis !== undefined) writer.bytes(block.genesis);
  writer.list(block.transactions, (bytes) => writer.bytes(bytes));
  writer.list(block.signatures, ({ publicKey, signature }) => writer.bytes(publicKey).bytes(signature));
  return writer.finish();
}

/**
 * Throws CodecError unless the bytes are exactly one block whose framework header and genesis document are those its
 * header names. Roots and signatures are the caller's to check.
 */
export function decodeBlock(bytes: Uint8Array): Block {
  if (bytes.length > BLOCK_BYTES_MAX) throw new CodecError(`block of ${bytes.length} bytes`);
  const reader = new ByteReader(bytes);
  const format = reader.u8();
  if (format !== FORMAT) throw new CodecError(`block of format ${format}, this program reads ${FORMAT}`);
  const header = decodeHeader(reader.bytes(HEADER_BYTES_MAX));
  const frameworkHeader = reader.bytes(FRAMEWORK_HEADER_BYTES_MAX);
  const hasGenesis = reader.u8();
  const genesis = hasGenesis === 1 ? reader.bytes(GENESIS_BYTES_MAX) : undefined;
  const transactions = reader.list(BLOCK_TRANSACTIONS_MAX, () => reader.bytes(BLOCK_BYTES_MAX));
  const signatures = reader.list(SIGNATURES_MAX, () => ({
    publicKey: reader.bytes(PUBLIC_KEY_BYTES_MAX),
    signature: reader.bytes(SIGNATURE_BYTES_MAX),
  }));
  reader.end();
  if (hasGenesis !== (header.height === 0 ? 1 : 0)) throw new CodecError('a genesis document belongs to height 0 alone');
  if (sha256Hex(frameworkHeader) !== header.frameworkHeaderHash) throw new CodecError('the framework header is not the named one');
  if (genesis !== undefined && sha256Hex(genesis) !== header.previousHash) throw new CodecError('the genesis document is not the named one');
  return { header, frameworkHeader, transactions, signatures, ...(genesis === undefined ? {} : { genesis }) };
}

/** Hash of the public keys that may sign, in their order. */
export function hashValidators(publicKeys: readonly Uint8Array[]): Hash {
  const writer = new ByteWriter(1_024).string('chainworks/validators/1');
  writer.list(publicKeys, (key) => writer.bytes(key));
  return sha256Hex(writer.finish());
}

function readHeader(reader: ByteReader): BlockHeader {
  if (reader.string(32) !== 'chainworks/block') throw new CodecError('not a block header');
  const format = reader.u8();
  if (format !== FORMAT) throw new CodecError(`block header of format ${format}, this program reads ${FORMAT}`);
  try {
    return {
      chain: chainId(reader.string(64)),
      height: height(reader.u48()),
      previousHash: hash(reader.hash()),
      transactionRoot: hash(reader.hash()),
      receiptRoot: hash(reader.hash()),
      eventRoot: hash(reader.hash()),
      stateRoot: hash(reader.hash()),
      frameworkHeaderHash: hash(reader.hash()),
      time: timeMs(reader.u48()),
      engineVersion: reader.u32(),
      proposer: reader.bytes(PUBLIC_KEY_BYTES_MAX),
      validators: hash(reader.hash()),
      nextValidators: hash(reader.hash()),
    };
  } catch (error) {
    if (error instanceof CodecError) throw error;
    throw new CodecError('a field of the block header is out of range', { cause: error });
  }
}
