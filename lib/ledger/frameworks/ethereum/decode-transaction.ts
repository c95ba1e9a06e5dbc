import { bytesToUint, decodeRlp, encodeRlp, uintToBytes, type AccessListEntry, type EvmCrypto, type RlpItem } from '../../vm/evm';
import { refuse } from './refusals';
import type { Transaction } from './transaction';

/**
 * Reads a signed transaction from its bytes, strictly: one encoding per transaction. Throws `TransactionRefused`
 * (`malformed`, `type-not-supported`, `invalid-sender`); whether the transaction makes sense is checked elsewhere.
 */
export function decodeTransaction({ keccak256 }: EvmCrypto, bytes: Uint8Array): Transaction {
  const first = bytes[0];
  if (first === undefined) throw refuse('malformed', 'no bytes');
  if (first >= 0xc0) return decodeLegacy(keccak256, bytes);
  if (first === 1 || first === 2) return decodeTyped(keccak256, bytes, first);
  if (first < 0x80) throw refuse('type-not-supported', undefined, { type: String(first) });
  throw refuse('malformed', 'a list is wanted');
}

type Keccak256 = (bytes: Uint8Array) => Uint8Array;

function decodeLegacy(keccak256: Keccak256, bytes: Uint8Array): Transaction {
  const fields = listOf(bytes, 9);
  const v = uint(fields[6], 32, 'v');
  const isProtected = v >= 35n;
  if (!isProtected && v !== 27n && v !== 28n) throw refuse('invalid-sender', 'invalid transaction v, r, s values');
  const chainId = isProtected ? (v - 35n) / 2n : undefined;
  const unsigned = fields.slice(0, 6);
  const gasPrice = uint(fields[1], 32, 'gasPrice');
  return {
    type: 0,
    ...(chainId === undefined ? {} : { chainId }),
    nonce: uint(fields[0], 8, 'nonce'),
    maxFeePerGas: gasPrice,
    maxPriorityFeePerGas: gasPrice,
    gasLimit: uint(fields[2], 8, 'gas'),
    ...recipient(fields[3]),
    value: uint(fields[4], 32, 'value'),
    data: byteString(fields[5], 'input'),
    accessList: [],
    signature: {
      v,
      yParity: (isProtected ? v - 35n : v - 27n) % 2n === 0n ? 0 : 1,
      r: uint(fields[7], 32, 'r'),
      s: uint(fields[8], 32, 's'),
    },
    signingHash: keccak256(encodeRlp(chainId === undefined ? unsigned : [...unsigned, uintToBytes(chainId), NOTHING, NOTHING])),
    hash: keccak256(bytes),
  };
}

function decodeTyped(keccak256: Keccak256, bytes: Uint8Array, type: 1 | 2): Transaction {
  const fields = listOf(bytes.subarray(1), type === 1 ? 11 : 12);
  // Type 2 has one more price; from the gas limit on both are alike.
  const [chainId, nonce] = fields;
  const [gas, to, value, input, accessList, yParity, r, s] = fields.slice(type === 1 ? 3 : 4);
  const price = uint(fields[2], 32, type === 1 ? 'gasPrice' : 'maxPriorityFeePerGas');
  const parity = uint(yParity, 1, 'yParity');
  if (parity > 1n) throw refuse('invalid-sender', 'invalid transaction v, r, s values');
  return {
    type,
    chainId: uint(chainId, 32, 'chainId'),
    nonce: uint(nonce, 8, 'nonce'),
    maxPriorityFeePerGas: price,
    maxFeePerGas: type === 1 ? price : uint(fields[3], 32, 'maxFeePerGas'),
    gasLimit: uint(gas, 8, 'gas'),
    ...recipient(to),
    value: uint(value, 32, 'value'),
    data: byteString(input, 'input'),
    accessList: decodeAccessList(accessList),
    signature: { v: parity, yParity: parity === 0n ? 0 : 1, r: uint(r, 32, 'r'), s: uint(s, 32, 's') },
    signingHash: keccak256(typed(type, encodeRlp(fields.slice(0, -3)))),
    hash: keccak256(bytes),
  };
}

function decodeAccessList(item: RlpItem | undefined): AccessListEntry[] {
  if (item === undefined || item instanceof Uint8Array) throw refuse('malformed', 'accessList is not a list');
  return item.map((entry) => {
    if (entry instanceof Uint8Array || entry.length !== 2) throw refuse('malformed', 'an access list entry is not a pair');
    const [address, slots] = entry;
    if (slots === undefined || slots instanceof Uint8Array) throw refuse('malformed', 'an access list entry has no list of slots');
    return { address: fixed(address, 20, 'access list address'), slots: slots.map((slot) => fixed(slot, 32, 'access list slot')) };
  });
}

function listOf(bytes: Uint8Array, count: number): readonly RlpItem[] {
  let item: RlpItem;
  try {
    item = decodeRlp(bytes);
  } catch (error) {
    throw refuse('malformed', error instanceof Error ? error.message : 'not RLP');
  }
  if (item instanceof Uint8Array) throw refuse('malformed', 'a list is wanted');
  if (item.length !== count) throw refuse('malformed', `${count} fields are wanted, ${item.length} came`);
  return item;
}

function uint(item: RlpItem | undefined, bytesMax: number, name: string): bigint {
  const bytes = byteString(item, name);
  if (bytes.length > bytesMax) throw refuse('malformed', `${name} is too large`);
  if (bytes[0] === 0) throw refuse('malformed', `${name} has leading zeros`);
  return bytesToUint(bytes);
}

function fixed(item: RlpItem | undefined, length: number, name: string): Uint8Array {
  const bytes = byteString(item, name);
  if (bytes.length !== length) throw refuse('malformed', `${name} is not ${length} bytes`);
  return bytes;
}

function recipient(item: RlpItem | undefined): { to?: Uint8Array } {
  const bytes = byteString(item, 'to');
  return bytes.length === 0 ? {} : { to: fixed(bytes, 20, 'to') };
}

function byteString(item: RlpItem | undefined, name: string): Uint8Array {
  if (!(item instanceof Uint8Array)) throw refuse('malformed', `${name} is not a byte string`);
  return item;
}

function typed(type: number, encoded: Uint8Array): Uint8Array {
  const out = new Uint8Array(encoded.length + 1);
  out[0] = type;
  out.set(encoded, 1);
  return out;
}

const NOTHING = new Uint8Array(0);
