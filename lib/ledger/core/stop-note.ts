import { ByteReader, ByteWriter } from './codec';
import type { StopNote } from './host-types';
import { height, timeMs } from './types';

/** Name of the durable note that says why a peer is stopped. */
export const STOP_NOTE = 'stopped';
const REASON_CHARS_MAX = 2_000;

export function encodeStopNote(note: StopNote): Uint8Array {
  const reason = note.reason.slice(0, REASON_CHARS_MAX);
  return new ByteWriter(64 + reason.length).u8(note.by === 'fault' ? 1 : 0).string(reason).u48(note.height).u48(note.time).finish();
}

export function decodeStopNote(bytes: Uint8Array | undefined): StopNote | undefined {
  if (bytes === undefined) return undefined;
  const reader = new ByteReader(bytes);
  const by = reader.u8() === 1 ? 'fault' : 'operator';
  const note: StopNote = { by, reason: reader.string(), height: height(reader.u48()), time: timeMs(reader.u48()) };
  reader.end();
  return note;
}
