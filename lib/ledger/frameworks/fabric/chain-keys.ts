import { ByteWriter } from '../../core/codec';
import { sha256 } from '../../core/crypto';

/** What the channel itself keeps in its state, below the spaces of the world state (`state/state-keys.ts`). */

/** → `encodeHead`. */
export const headKey: Uint8Array = Uint8Array.of(0x10);
/** → bytes of Fabric's block 0, with the configuration. */
export const genesisKey: Uint8Array = Uint8Array.of(0x11);

/** From here on keys are this peer's own: the world state's private spaces begin here, those of the channel follow. */
export const LOCAL_KEYS_FROM = 0x40;
const BLOCK_SIGNATURE = 0x50;
const TRANSIENT = 0x51;
const TRANSIENT_AT = 0x52;
const RECEIVED = 0x53;
const RECEIVED_AT = 0x54;
/** → how many and how many bytes stand under `receivedKey`. */
export const receivedTotalKey: Uint8Array = Uint8Array.of(0x55);

/** Block number → the slot SIGNATURES as this peer's orderer signed it. */
export function blockSignatureKey(block: number): Uint8Array {
  return new ByteWriter(7).u8(BLOCK_SIGNATURE).u48(block).finish();
}

/** Plaintext that was put aside for a transaction, one for each simulation that wrote another one. */
export function transientKey(txId: string, plaintext: Uint8Array): Uint8Array {
  return Buffer.concat([prefixOf(TRANSIENT, txId), sha256(plaintext)]);
}

export function transientRange(txId: string): { readonly from: Uint8Array; readonly to: Uint8Array } {
  return rangeOf(prefixOf(TRANSIENT, txId));
}

/** Which plaintext was put aside at a height: its key is the rest. */
export function transientAtKey(block: number, key: Uint8Array): Uint8Array {
  return atKey(TRANSIENT_AT, block, key);
}

/** All that was put aside before a height. */
export function transientBefore(block: number): { readonly from: Uint8Array; readonly to: Uint8Array } {
  return before(TRANSIENT_AT, block);
}

/** Plaintext that another peer gave for a transaction, behind the height at which it came. */
export function receivedKey(txId: string, plaintext: Uint8Array): Uint8Array {
  return Buffer.concat([prefixOf(RECEIVED, txId), sha256(plaintext)]);
}

export function receivedRange(txId: string): { readonly from: Uint8Array; readonly to: Uint8Array } {
  return rangeOf(prefixOf(RECEIVED, txId));
}

/** Which plaintext came at a height: its key is the rest. */
export function receivedAtKey(block: number, key: Uint8Array): Uint8Array {
  return atKey(RECEIVED_AT, block, key);
}

/** All that came before a height. */
export function receivedBefore(block: number): { readonly from: Uint8Array; readonly to: Uint8Array } {
  return before(RECEIVED_AT, block);
}

/** Of what stands under a height: the rest is the key of what came then. */
export const AT_PREFIX_BYTES = 7;

function atKey(space: number, block: number, key: Uint8Array): Uint8Array {
  return new ByteWriter(AT_PREFIX_BYTES + key.length).u8(space).u48(block).raw(key).finish();
}

function before(space: number, block: number): { readonly from: Uint8Array; readonly to: Uint8Array } {
  return { from: Uint8Array.of(space), to: atKey(space, block, new Uint8Array(0)) };
}

function prefixOf(space: number, txId: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(space), sha256(Buffer.from(txId, 'utf8'))]);
}

function rangeOf(prefix: Uint8Array): { readonly from: Uint8Array; readonly to: Uint8Array } {
  return { from: prefix, to: Buffer.concat([prefix, Buffer.alloc(33, 0xff)]) };
}
