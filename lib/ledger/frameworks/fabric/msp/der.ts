import { FabricRefusal } from './refusal';

/** One element of a DER encoding. All three are views of the same bytes. */
export interface DerNode {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length: the bytes as they came. */
  readonly whole: Uint8Array;
}

export const derTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  numericString: 0x12,
  printable: 0x13,
  t61: 0x14,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

const nodesMax = 400_000;

const malformed = (what: string, reason: string) => new FabricRefusal('malformed', `${what} is no valid DER: ${reason}`);

/**
 * The elements that stand one after another in `bytes`, all of it. DER alone: definite and shortest lengths.
 * @throws FabricRefusal malformed, limit
 */
export function readDerList(bytes: Uint8Array, what: string): DerNode[] {
  const nodes: DerNode[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (nodes.length === nodesMax) throw new FabricRefusal('limit', `${what} has more than ${nodesMax} elements`);
    const node = readAt(bytes, at, what);
    nodes.push(node);
    at += node.whole.length;
  }
  return nodes;
}

/** The one element that `bytes` hold. @throws FabricRefusal malformed */
export function readDer(bytes: Uint8Array, tag: number, what: string): DerNode {
  const node = readAt(bytes, 0, what);
  if (node.whole.length !== bytes.length) throw malformed(what, 'something follows it');
  return expectTag(node, tag, what);
}

export function expectTag(node: DerNode | undefined, tag: number, what: string): DerNode {
  if (node?.tag !== tag) throw malformed(what, `it lacks an element with tag ${tag.toString(16)}`);
  return node;
}

/** The elements of a sequence or set. */
export function childrenOf(node: DerNode, what: string): DerNode[] {
  return readDerList(node.content, what);
}

function readAt(bytes: Uint8Array, start: number, what: string): DerNode {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined) throw malformed(what, 'it is cut off');
  if ((tag & 0x1f) === 0x1f) throw malformed(what, 'a tag has more than one byte');
  let length = first;
  let head = 2;
  if (first >= 0x80) {
    const size = first & 0x7f;
    if (size === 0 || size > 4) throw malformed(what, 'a length is indefinite or too long');
    length = 0;
    for (let i = 0; i < size; i += 1) {
      const byte = bytes[start + 2 + i];
      if (byte === undefined) throw malformed(what, 'it is cut off');
      length = length * 256 + byte;
    }
    if (length < 0x80 || length < 256 ** (size - 1)) throw malformed(what, 'a length is not in its shortest form');
    head += size;
  }
  const end = start + head + length;
  if (end > bytes.length) throw malformed(what, 'it is cut off');
  return { tag, content: bytes.subarray(start + head, end), whole: bytes.subarray(start, end) };
}

export function encodeDer(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const digits = content.length.toString(16);
  const length = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, content]);
}

/** A whole number, shortest form. */
export function readInteger(node: DerNode | undefined, what: string): bigint {
  const { content } = expectTag(node, derTag.integer, what);
  const [first, second] = content;
  if (first === undefined) throw malformed(what, 'a number is empty');
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) throw malformed(what, 'a number is not in its shortest form');
  const value = BigInt(`0x${Buffer.from(content).toString('hex')}`);
  return first >= 0x80 ? value - (1n << BigInt(8 * content.length)) : value;
}

export function encodeInteger(value: bigint): Uint8Array {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return encodeDer(derTag.integer, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

/** The object identifier in dotted form. */
export function readOid(node: DerNode | undefined, what: string): string {
  const { content } = expectTag(node, derTag.oid, what);
  const parts: bigint[] = [];
  let value = 0n;
  for (const [index, byte] of content.entries()) {
    if (value === 0n && byte === 0x80) throw malformed(what, 'an object identifier is not in its shortest form');
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (value > 0xffff_ffffn) throw malformed(what, 'an object identifier is too large');
    if (byte < 0x80) {
      parts.push(value);
      value = 0n;
    } else if (index === content.length - 1) throw malformed(what, 'an object identifier is cut off');
  }
  const [first, ...rest] = parts;
  if (first === undefined) throw malformed(what, 'an object identifier is empty');
  const top = first >= 80n ? 2n : first / 40n;
  return [top, first - top * 40n, ...rest].join('.');
}

/** Bits of whole bytes. */
export function readBits(node: DerNode | undefined, what: string): Uint8Array {
  const { content } = expectTag(node, derTag.bitString, what);
  if (content[0] !== 0) throw malformed(what, 'a bit string is not made of whole bytes');
  return content.subarray(1);
}

/** Milliseconds since 1970. UTCTime and GeneralizedTime as RFC 5280 writes them: to the second, in Z. */
export function readTime(node: DerNode | undefined, what: string): number {
  const digits = node && /^(\d+)Z$/.exec(Buffer.from(node.content).toString('latin1'))?.[1];
  const isUtc = node?.tag === derTag.utcTime && digits?.length === 12;
  const isGeneral = node?.tag === derTag.generalizedTime && digits?.length === 14;
  if (!digits || !(isUtc || isGeneral)) throw malformed(what, 'a time is not what it should be');
  const full = isGeneral ? digits : `${Number(digits.slice(0, 2)) >= 50 ? '19' : '20'}${digits}`;
  const [year = '', month = '', day = '', hour = '', minute = '', second = ''] = [full.slice(0, 4), full.slice(4, 6), full.slice(6, 8), full.slice(8, 10), full.slice(10, 12), full.slice(12, 14)];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = Date.parse(iso);
  if (Number.isNaN(time) || new Date(time).toISOString() !== iso) throw malformed(what, 'a time is on no calendar');
  return time;
}
