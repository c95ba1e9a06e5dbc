import { ByteReader, ByteWriter, CodecError } from '../../core/codec';
import { decodeRules, type ChainRules } from '../../core/consensus/rules';
import { hash as toHash, type Hash } from '../../core/types';

/** A block as small as consensus allows: it still has a parent, a time, transactions, a state and a change of the rules. */
export interface TinyBlock {
  readonly height: number;
  readonly previousHash: Hash;
  readonly timeMs: number;
  readonly engineVersion: number;
  /** State after the block, as its proposer computed it. */
  readonly state: number;
  /** Makes blocks of equal content different. */
  readonly salt: number;
  readonly transactions: readonly number[];
  /** Config blocks alone: the rules from the next height on, as `encodeRules` gives them. */
  readonly nextRules: Uint8Array;
}

export const NO_RULES = new Uint8Array(0);
const FORMAT = 7;
const TRANSACTIONS_MAX = 64;
const RULES_BYTES_MAX = 8_192;

export function encodeBlock(block: TinyBlock): Uint8Array {
  return new ByteWriter(96 + block.nextRules.length)
    .u8(FORMAT)
    .u48(block.height)
    .hash(block.previousHash)
    .u48(block.timeMs)
    .u8(block.engineVersion)
    .u32(block.state)
    .u32(block.salt)
    .list(block.transactions, () => undefined)
    .raw(Buffer.from(Uint32Array.from(block.transactions).buffer))
    .bytes(block.nextRules)
    .finish();
}

/** Undefined when the bytes are no block. */
export function decodeBlock(bytes: Uint8Array): TinyBlock | undefined {
  try {
    const reader = new ByteReader(bytes);
    if (reader.u8() !== FORMAT) return undefined;
    const height = reader.u48();
    const previousHash = toHash(reader.hash());
    const timeMs = reader.u48();
    const engineVersion = reader.u8();
    const state = reader.u32();
    const salt = reader.u32();
    const count = reader.u32();
    if (count > TRANSACTIONS_MAX) return undefined;
    const transactions = [...new Uint32Array(Uint8Array.from(reader.raw(4 * count)).buffer)];
    const nextRules = reader.bytes(RULES_BYTES_MAX);
    reader.end();
    return { height, previousHash, timeMs, engineVersion, state, salt, transactions, nextRules };
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** What a block carries as the rules of the next height; undefined when it is nothing that could be rules. */
export function readNextRules({ nextRules }: TinyBlock): ChainRules | undefined {
  try {
    return decodeRules(nextRules);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** "Executes": each transaction, in order and under the engine's version, leaves its mark on the state. */
export function execute(state: number, engineVersion: number, transactions: readonly number[]): number {
  let next = Math.imul(state ^ engineVersion, 0x9e3779b1);
  for (const id of transactions) next = Math.imul(next ^ id ^ (next >>> 15), 0x85ebca6b);
  return (next ^ (next >>> 13)) >>> 0;
}
