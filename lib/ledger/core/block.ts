import { ByteReader, ByteWriter, CodecError } from './codec';
import { sha256Hex } from './crypto';
import { readCertificate, writeCertificate, type Certificate } from './consensus/certificate';
import type { BlockHeader, BlockSignature } from './host-types';
import { chainId, hash, height, timeMs, type Hash } from './types';

/** What is agreed on: a block without the signatures that make it final. Its header names everything in it. */
export interface BlockBody {
  readonly header: BlockHeader;
  /** The framework's own header; `header.frameworkHeaderHash` is its SHA-256. */
  readonly frameworkHeader: Uint8Array;
  readonly transactions: readonly Uint8Array[];
  /** The rules from the next height on, encoded; a block with them has no transactions. */
  readonly change?: Uint8Array;
  /** Only at height 0: the encoded genesis document; `header.previousHash` is its SHA-256. */
  readonly genesis?: Uint8Array;
}

/** A block as a peer stores it and as peers send it to each other. */
export interface Block extends BlockBody {
  /** Without signatures at height 0 alone. */
  readonly certificate: Certificate;
  /** The word of the peer whose copy this is, when it is not in the certificate already. */
  readonly attestation?: BlockSignature;
}

const FORMAT = 2;
export const BLOCK_TRANSACTIONS_MAX = 10_000;
export const BLOCK_BYTES_MAX = 16 * 1024 * 1024;
const HEADER_BYTES_MAX = 1_024;
const FRAMEWORK_HEADER_BYTES_MAX = 64 * 1024;
const PUBLIC_KEY_BYTES_MAX = 256;
const SIGNATURE_BYTES_MAX = 128;
const GENESIS_BYTES_MAX = 1024 * 1024;
const CHANGE_BYTES_MAX = 16 * 1024;

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
    .hash(header.bodyHash)
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

/** Hash over what the framework's roots do not cover in a known way: the transactions' bytes and the change. */
export function hashBody({ transactions, change }: Pick<BlockBody, 'transactions' | 'change'>): Hash {
  const size = transactions.reduce((sum, bytes) => sum + bytes.length + 4, 64 + (change?.length ?? 0));
  return sha256Hex(writeContent(new ByteWriter(size).string('chainworks/body/1'), { transactions, change }).finish());
}

function writeContent(writer: ByteWriter, { transactions, change }: { readonly transactions: readonly Uint8Array[]; readonly change: Uint8Array | undefined }): ByteWriter {
  writer.u8(change === undefined ? 0 : 1);
  if (change !== undefined) writer.bytes(change);
  return writer.list(transactions, (bytes) => writer.bytes(bytes));
}

export function encodeBody({ header, frameworkHeader, transactions, change, genesis }: BlockBody): Uint8Array {
  const sizeHint = transactions.reduce((sum, bytes) => sum + bytes.length + 4, 1_536 + frameworkHeader.length);
  const writer = new ByteWriter(sizeHint).u8(FORMAT).bytes(encodeHeader(header)).bytes(frameworkHeader);
  writer.u8(genesis === undefined ? 0 : 1);
  if (genesis !== undefined) writer.bytes(genesis);
  return writeContent(writer, { transactions, change }).finish();
}

/**
 * Throws CodecError unless the bytes are exactly one block body whose parts are those its header names. The roots are
 * the caller's to check: that takes an execution.
 */
export function decodeBody(bytes: Uint8Array): BlockBody {
  if (bytes.length > BLOCK_BYTES_MAX) throw new CodecError(`block of ${bytes.length} bytes`);
  const reader = new ByteReader(bytes);
  const body = readBody(reader);
  reader.end();
  return body;
}

/** A block's bytes from those of its body, which are not looked at again. */
export function encodeSealed(body: Uint8Array, { certificate, attestation }: Pick<Block, 'certificate' | 'attestation'>): Uint8Array {
  const writer = new ByteWriter(body.length + 2_048).raw(body);
  writeCertificate(writer, certificate);
  writer.u8(attestation === undefined ? 0 : 1);
  if (attestation !== undefined) writer.bytes(attestation.publicKey).bytes(attestation.signature);
  return writer.finish();
}

export function encodeBlock(block: Block): Uint8Array {
  return encodeSealed(encodeBody(block), block);
}

/** As {@link decodeBody}, for a whole block. Signatures are the caller's to check. */
export function decodeBlock(bytes: Uint8Array): Block {
  if (bytes.length > BLOCK_BYTES_MAX) throw new CodecError(`block of ${bytes.length} bytes`);
  const reader = new ByteReader(bytes);
  const body = readBody(reader);
  const certificate = readCertificate(reader);
  const attestation = reader.flag() ? { publicKey: reader.bytes(PUBLIC_KEY_BYTES_MAX), signature: reader.bytes(SIGNATURE_BYTES_MAX) } : undefined;
  reader.end();
  return { ...body, certificate, ...(attestation === undefined ? {} : { attestation }) };
}

function readBody(reader: ByteReader): BlockBody {
  const format = reader.u8();
  if (format !== FORMAT) throw new CodecError(`block of format ${format}, this program reads ${FORMAT}`);
  const header = decodeHeader(reader.bytes(HEADER_BYTES_MAX));
  const frameworkHeader = reader.bytes(FRAMEWORK_HEADER_BYTES_MAX);
  const genesis = reader.flag() ? reader.bytes(GENESIS_BYTES_MAX) : undefined;
  const change = reader.flag() ? reader.bytes(CHANGE_BYTES_MAX) : undefined;
  const transactions = reader.list(BLOCK_TRANSACTIONS_MAX, () => reader.bytes(BLOCK_BYTES_MAX));
  if ((genesis === undefined) !== (header.height !== 0)) throw new CodecError('a genesis document belongs to height 0 alone');
  if (change !== undefined && transactions.length > 0) throw new CodecError('a change of the rules is a block of its own');
  if (sha256Hex(frameworkHeader) !== header.frameworkHeaderHash) throw new CodecError('the framework header is not the named one');
  if (genesis !== undefined && sha256Hex(genesis) !== header.previousHash) throw new CodecError('the genesis document is not the named one');
  if (hashBody({ transactions, ...(change === undefined ? {} : { change }) }) !== header.bodyHash) throw new CodecError('the transactions are not the named ones');
  return { header, frameworkHeader, transactions, ...(change === undefined ? {} : { change }), ...(genesis === undefined ? {} : { genesis }) };
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
      bodyHash: hash(reader.hash()),
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
