import { assert } from '@/lib/platform/pure/assert';
import { hexToBytes } from '@/lib/platform/pure/bytes';
import { bytesToUint, decodeRlpFields, encodeRlp, uintToBytes } from '../../vm/evm';

/** A block header in Ethereum's terms, with the fields that a sub-chain can fill. Hashes and roots are 32 bytes. */
export interface EthereumHeader {
  /** Of the Ethereum header before, not of the engine's. */
  readonly parentHash: Uint8Array;
  /** 20 bytes, from the proposer's public key. */
  readonly coinbase: Uint8Array;
  readonly stateRoot: Uint8Array;
  readonly transactionsRoot: Uint8Array;
  readonly receiptsRoot: Uint8Array;
  readonly logsBloom: Uint8Array;
  readonly number: bigint;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  /** Whole seconds; two blocks may have the same. */
  readonly timestamp: bigint;
  /** PREVRANDAO. There is no random beacon on a sub-chain: it is the engine's hash of the block before. */
  readonly prevRandao: Uint8Array;
}

export const BASE_FEE = 0n;
/** Hash of an empty list of ommers. */
export const EMPTY_OMMERS_HASH = hexToBytes('1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347');
/** Root of an empty list of withdrawals, that is, of the empty trie. */
export const EMPTY_WITHDRAWALS_ROOT = hexToBytes('56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421');
/** EIP-7685: SHA-256 of no requests at all. */
export const EMPTY_REQUESTS_HASH = hexToBytes('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
export const EXTRA_DATA = new Uint8Array(Buffer.from('chainworks', 'ascii'));
const HEADER_FIELDS = 21;
const NO_BEACON_ROOT = new Uint8Array(32);
const NO_NONCE = new Uint8Array(8);
const ZERO = new Uint8Array(0);

/** The header as of the Prague fork, with everything that belongs to proof of stake and blobs empty. */
export function encodeEthereumHeader(header: EthereumHeader): Uint8Array {
  return encodeRlp([
    header.parentHash,
    EMPTY_OMMERS_HASH,
    header.coinbase,
    header.stateRoot,
    header.transactionsRoot,
    header.receiptsRoot,
    header.logsBloom,
    ZERO, // difficulty
    uintToBytes(header.number),
    uintToBytes(header.gasLimit),
    uintToBytes(header.gasUsed),
    uintToBytes(header.timestamp),
    EXTRA_DATA,
    header.prevRandao,
    NO_NONCE,
    uintToBytes(BASE_FEE),
    EMPTY_WITHDRAWALS_ROOT,
    ZERO, // blobGasUsed
    ZERO, // excessBlobGas
    NO_BEACON_ROOT,
    EMPTY_REQUESTS_HASH,
  ]);
}

export function decodeEthereumHeader(bytes: Uint8Array): EthereumHeader {
  const fields = decodeRlpFields(bytes, HEADER_FIELDS);
  const field = (index: number): Uint8Array => {
    const value = fields[index];
    assert(value !== undefined, 'an Ethereum header has too few fields');
    return value;
  };
  return {
    parentHash: field(0),
    coinbase: field(2),
    stateRoot: field(3),
    transactionsRoot: field(4),
    receiptsRoot: field(5),
    logsBloom: field(6),
    number: bytesToUint(field(8)),
    gasLimit: bytesToUint(field(9)),
    gasUsed: bytesToUint(field(10)),
    timestamp: bytesToUint(field(11)),
    prevRandao: field(13),
  };
}
