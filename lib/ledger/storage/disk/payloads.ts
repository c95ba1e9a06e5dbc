import { ByteReader, ByteWriter } from '../../core/codec';
import { STATE_KEY_BYTES_MAX, type StateWrite } from '../../core/storage';
import { FRAME_PAYLOAD_MAX } from './frame';

const WRITES_MAX = 1_000_000;

/** Payload of a `writes` frame. */
export function encodeWrites(writes: readonly StateWrite[]): Uint8Array {
  const size = writes.reduce((sum, { key, value }) => sum + 9 + key.length + (value?.length ?? 0), 4);
  const writer = new ByteWriter(size);
  writer.list(writes, ({ key, value }) => {
    writer.bytes(key).u8(value === undefined ? 0 : 1);
    if (value !== undefined) writer.bytes(value);
  });
  return writer.finish();
}

export function decodeWrites(payload: Uint8Array): StateWrite[] {
  const reader = new ByteReader(payload);
  const writes = reader.list(WRITES_MAX, (): StateWrite => {
    const key = reader.bytes(STATE_KEY_BYTES_MAX);
    return reader.u8() === 1 ? { key, value: reader.bytes(FRAME_PAYLOAD_MAX) } : { key };
  });
  reader.end();
  return writes;
}

/** Payload of a `note` frame. */
export function encodeNote(name: string, value: Uint8Array | undefined): Uint8Array {
  const writer = new ByteWriter(64 + (value?.length ?? 0)).string(name).u8(value === undefined ? 0 : 1);
  if (value !== undefined) writer.bytes(value);
  return writer.finish();
}

export function decodeNote(payload: Uint8Array): { name: string; value: Uint8Array | undefined } {
  const reader = new ByteReader(payload);
  const name = reader.string(256);
  const value = reader.u8() === 1 ? Uint8Array.from(reader.bytes(FRAME_PAYLOAD_MAX)) : undefined;
  reader.end();
  return { name, value };
}
