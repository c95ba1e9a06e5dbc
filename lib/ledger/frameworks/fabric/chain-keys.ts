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

/** Block number → the slot SIGNATURES as this peer's orderer signed it. */
export function blockSignatureKey(block: number): Uint8Array {
  return new ByteWriter(7).u8(BLOCK_SIGNATURE).u48(block).finish();
}

/** Where plaintext of transactions lies that no block has brought yet. */
export interface PlaintextSpace {
  /** Of a transaction's plaintext, → the height at which it came and the plaintext: one for each that differs. */
  key(txId: string, plaintext: Uint8Array): Uint8Array;
  range(txId: string): KeyRange;
  /** Which plaintext came at a height: its key is the rest. */
  atKey(block: number, key: Uint8Array): Uint8Array;
  /** All that came before a height. */
  before(block: number): KeyRange;
  /** → how many there are, and how many bytes. */
  readonly totalKey: Uint8Array;
}

interface KeyRange {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

function plaintextSpace(entries: number, heights: number, total: number): PlaintextSpace {
  const prefixOf = (txId: string): Uint8Array => Buffer.concat([Uint8Array.of(entries), sha256(Buffer.from(txId, 'utf8'))]);
  const atKey = (block: number, key: Uint8Array): Uint8Array => new ByteWriter(AT_PREFIX_BYTES + key.length).u8(heights).u48(block).raw(key).finish();
  return {
    key: (txId, plaintext) => Buffer.concat([prefixOf(txId), sha256(plaintext)]),
    range(txId) {
      const prefix = prefixOf(txId);
      return { from: prefix, to: Buffer.concat([prefix, Buffer.alloc(33, 0xff)]) };
    },
    atKey,
    before: (block) => ({ from: Uint8Array.of(heights), to: atKey(block, new Uint8Array(0)) }),
    totalKey: Uint8Array.of(total),
  };
}

/** Of what stands under a height: the rest is the key of what came then. */
export const AT_PREFIX_BYTES = 7;

/** Of this peer's own simulations, and of what other peers gave. */
export const plaintextSpaces = { aside: plaintextSpace(0x51, 0x52, 0x56), received: plaintextSpace(0x53, 0x54, 0x55) } as const;
