/**
 * Copies byte arrays that are views of something larger, deep within plain arrays and objects: `postMessage` would send
 * all of the memory behind a view, for a Buffer 8 KiB.
 */
export function compact(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.constructor === Uint8Array && value.byteLength === value.buffer.byteLength ? value : new Uint8Array(value);
  if (Array.isArray(value)) return value.map(compact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, compact(member)]));
}
