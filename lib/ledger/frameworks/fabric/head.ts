import { ByteReader, ByteWriter } from '../../core/codec';
import type { Hash } from '../../core/types';

/** What the next block builds on. */
export interface Head {
  readonly number: number;
  /** Of Fabric's block header, 32 bytes. */
  readonly headerHash: Uint8Array;
  /** 32 bytes; empty after block 0. */
  readonly commitHash: Uint8Array;
  /** The engine's root over what all peers have alike. */
  readonly stateRoot: Hash;
}

export function encodeHead({ number, headerHash, commitHash, stateRoot }: Head): Uint8Array {
  return new ByteWriter(128).u48(number).raw(headerHash).bytes(commitHash).hash(stateRoot).finish();
}

export function decodeHead(bytes: Uint8Array): Head {
  const reader = new ByteReader(bytes);
  const head = { number: reader.u48(), headerHash: reader.raw(32), commitHash: reader.bytes(32), stateRoot: reader.hash() as Hash };
  reader.end();
  return head;
}
