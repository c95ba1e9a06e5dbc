// SPDX-License-Identifier: Apache-2.0

const METADATA_ENTRIES_MAX = 32;
const METADATA_VALUE_CHARS_MAX = 1_024;
const METADATA_BYTES_MAX = 8 * 1_024;
const PAGE_SIZE_MAX = 100;

export function readHash(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new Error('The hash must be a SHA-256 hash: 64 hexadecimal digits');
  return text.toLowerCase();
}

export function readLine(name: string, text: string, charsMax: number): string {
  if (text.trim() === '') throw new Error(`The ${name} may not be empty`);
  if (text.length > charsMax) throw new Error(`The ${name} has at most ${charsMax} characters, this one ${text.length}`);
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) throw new Error(`The ${name} is one line without control characters`);
  return text;
}

/** A JSON object whose values are texts; an empty text stands for none. Names in the order of the alphabet. */
export function readMetadata(text: string): Record<string, string> {
  if (text.trim() === '') return {};
  if (Buffer.byteLength(text) > METADATA_BYTES_MAX) throw new Error(`The metadata have at most ${METADATA_BYTES_MAX} bytes`);
  const entries = Object.entries(parseObject(text));
  if (entries.length > METADATA_ENTRIES_MAX) throw new Error(`The metadata have at most ${METADATA_ENTRIES_MAX} entries, these ${entries.length}`);
  for (const [name, value] of entries) {
    if (!/^[A-Za-z][A-Za-z0-9 _.-]{0,63}$/.test(name)) throw new Error(`"${name.slice(0, 70)}" cannot be a name in the metadata: it begins with a letter and has letters, digits, spaces and _ . - alone, at most 64`);
    if (typeof value !== 'string' || value.length > METADATA_VALUE_CHARS_MAX) throw new Error(`"${name}" in the metadata must be a text of at most ${METADATA_VALUE_CHARS_MAX} characters`);
  }
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1))) as Record<string, string>;
}

function parseObject(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('The metadata must be a JSON object, such as {"author":"Ada"}');
  return value;
}

export function readPageSize(text: string): number {
  const size = Number(text);
  if (!/^\d{1,4}$/.test(text) || size < 1 || size > PAGE_SIZE_MAX) throw new Error(`A page has 1 to ${PAGE_SIZE_MAX} entries, not "${text.slice(0, 40)}"`);
  return size;
}
