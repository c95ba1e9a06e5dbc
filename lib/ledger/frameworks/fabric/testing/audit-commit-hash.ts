import { createHash } from 'node:crypto';
import { Fields } from './audit-fields';
import type { AuditedChange } from './audit-state';

/** A key that a block wrote: where it is, and the entry of the hash for it without namespace and collection. */
export interface Write {
  readonly namespace: Buffer;
  /** Empty for public state. */
  readonly collection: Buffer;
  readonly key: Buffer;
  readonly entry: Buffer;
}

function varint(number: bigint): Buffer {
  const bytes: number[] = [];
  let rest = number;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

/** A byte field of a message, left out when it is empty. */
function field(number: number, value: Buffer): Buffer {
  return value.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.of(number * 8 + 2), varint(BigInt(value.length)), value]);
}

function ordered(number: bigint): Buffer {
  const hex = number === 0n ? '' : number.toString(16);
  const digits = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(digits.length), digits]);
}

/** The TxReadWriteSet of an endorser's transaction; undefined for another kind. */
function readResults(envelope: Buffer): Fields | undefined {
  const payload = new Fields(new Fields(envelope).bytes(1));
  if (new Fields(payload.message(1).bytes(1)).number(1) !== 3n) return undefined;
  const action = new Fields(new Fields(payload.bytes(2)).bytes(1));
  const response = new Fields(new Fields(action.bytes(2)).message(2).bytes(1));
  return new Fields(new Fields(response.bytes(2)).bytes(1));
}

function toWrite(namespace: Buffer, collection: Buffer, key: Buffer, value: Buffer | undefined, version: Buffer): Write {
  const entry = Buffer.concat([field(3, key), value === undefined ? Buffer.of(0x20, 1) : field(5, value), field(6, version)]);
  return { namespace, collection, key, entry };
}

const versionOf = (block: bigint, transaction: bigint): Buffer => Buffer.concat([ordered(block), ordered(transaction)]);

/** What a block changed, by somebody who knows the state. */
export function listChanged(changes: readonly AuditedChange[]): Write[] {
  return changes.map(({ space, key, version, value }) => {
    const [namespace = '', collection = ''] = space.split('\0');
    const [block = 0n, transaction = 0n] = version.split('.').map(BigInt);
    return toWrite(Buffer.from(namespace, 'latin1'), Buffer.from(collection, 'latin1'), Buffer.from(key, 'latin1'), value, versionOf(block, transaction));
  });
}

/** Public writes are KVWrite { key, isDelete, value }, private ones KVWriteHash { keyHash, isDelete, valueHash }: the same numbers. */
function listWrites(writes: readonly Buffer[], namespace: Buffer, collection: Buffer, version: Buffer): Write[] {
  return writes.map((bytes) => {
    const write = new Fields(bytes);
    return toWrite(namespace, collection, write.bytes(1), write.number(2) !== 0n || write.bytes(3).length === 0 ? undefined : write.bytes(3), version);
  });
}

/**
 * What a block changed, from its transactions and their codes alone. `undefined` where the bytes do not tell: writes of
 * metadata change a key whose value stands in an earlier block.
 */
export function listWritten(number: bigint, envelopes: readonly Buffer[], filter: Buffer): Write[] | undefined {
  const last = new Map<string, Write>();
  for (const [index, envelope] of envelopes.entries()) {
    const results = filter[index] === 0 ? readResults(envelope) : undefined;
    for (const one of results?.messages(2) ?? []) {
      const open = new Fields(one.bytes(2));
      const hashed = one.messages(3);
      if (open.list(4).length > 0 || hashed.some((collection) => new Fields(collection.bytes(2)).list(3).length > 0)) return undefined;
      const version = versionOf(number, BigInt(index));
      const writes = listWrites(open.list(3), one.bytes(1), Buffer.alloc(0), version);
      for (const collection of hashed) writes.push(...listWrites(new Fields(collection.bytes(2)).list(2), one.bytes(1), collection.bytes(1), version));
      for (const write of writes) last.set([write.namespace, write.collection, write.key].map((part) => part.toString('hex')).join('/'), write);
    }
  }
  return [...last.values()];
}

/** The commit hash of a block from what it changed, the codes of its transactions and the hash before. */
export function deriveCommitHash(writes: readonly Write[], filter: Buffer, previous: Buffer): Buffer {
  const sorted = [...writes].sort(
    (a, b) => Buffer.compare(a.namespace, b.namespace) || Buffer.compare(a.collection, b.collection) || Buffer.compare(a.key, b.key),
  );
  const entries = sorted.map((write, index) => {
    const before = sorted[index - 1];
    const isSameNamespace = before !== undefined && before.namespace.equals(write.namespace);
    const isSameCollection = isSameNamespace && before.collection.equals(write.collection);
    const nothing = Buffer.alloc(0);
    return field(1, Buffer.concat([field(1, isSameNamespace ? nothing : write.namespace), field(2, isSameCollection ? nothing : write.collection), write.entry]));
  });
  return createHash('sha256').update(Buffer.concat([varint(BigInt(filter.length)), filter, ...entries, previous])).digest();
}
