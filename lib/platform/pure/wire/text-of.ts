import { isUtf8 } from 'node:buffer';

/** A field's bytes as text; undefined unless they are UTF-8, which Go refuses in a text. */
export function textOf(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') : undefined;
}
