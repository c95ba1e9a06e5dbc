import { Fields } from './audit-fields';

/** `block.transaction`; undefined: the key was not there. */
export type AuditedVersion = string | undefined;

export interface AuditedWrite {
  /** Bytes as latin1: so keys sort as bytes. */
  readonly key: string;
  /** Undefined: it goes. */
  readonly value: Buffer | undefined;
}

export interface AuditedRange {
  readonly start: string;
  readonly end: string;
  /** Read to its end; else `end` is the last key that was read. */
  readonly isExhausted: boolean;
  readonly reads: readonly Fields[];
  /** A kvrwset.QueryReadsMerkleSummary in place of the reads. */
  readonly summary: Fields | undefined;
}

/** What is read and written in one place: a namespace's public state, or the hashes of one of its collections. */
export interface AuditedPart {
  /** The namespace, or namespace and collection with a zero byte between them. */
  readonly space: string;
  readonly collection: string;
  readonly reads: readonly { readonly key: string; readonly version: AuditedVersion }[];
  readonly writes: readonly AuditedWrite[];
  readonly metadata: readonly { readonly key: string; readonly entries: ReadonlyMap<string, Buffer> }[];
}

export interface AuditedNamespace {
  readonly name: string;
  readonly open: AuditedPart;
  readonly ranges: readonly AuditedRange[];
  readonly collections: readonly AuditedPart[];
}

const text = (bytes: Buffer): string => bytes.toString('latin1');

export function readVersion(read: Fields): AuditedVersion {
  if (!read.has(2)) return undefined;
  const version = read.message(2);
  return `${version.number(1)}.${version.number(2)}`;
}

/** Reads a rwset.TxReadWriteSet. */
export function readRwset(results: Buffer): AuditedNamespace[] {
  return new Fields(results).messages(2).map((one) => {
    const name = text(one.bytes(1));
    const open = new Fields(one.bytes(2));
    return {
      name,
      open: readPart(name, '', open, { reads: 1, writes: 3, metadata: 4 }),
      ranges: open.messages(2).map((range) => ({
        start: text(range.bytes(1)),
        end: text(range.bytes(2)),
        isExhausted: range.number(3) !== 0n,
        reads: range.message(4).messages(1),
        summary: range.has(5) ? range.message(5) : undefined,
      })),
      collections: one.messages(3).map((collection) => readPart(name, text(collection.bytes(1)), new Fields(collection.bytes(2)), { reads: 1, writes: 2, metadata: 3 })),
    };
  });
}

function readPart(namespace: string, collection: string, part: Fields, at: { readonly reads: number; readonly writes: number; readonly metadata: number }): AuditedPart {
  return {
    space: collection === '' ? namespace : `${namespace}\0${collection}`,
    collection,
    reads: part.messages(at.reads).map((read) => ({ key: text(read.bytes(1)), version: readVersion(read) })),
    // What is written as nothing is deleted, too.
    writes: part.messages(at.writes).map((write) => ({ key: text(write.bytes(1)), value: write.number(2) !== 0n || write.bytes(3).length === 0 ? undefined : write.bytes(3) })),
    metadata: part.messages(at.metadata).map((write) => ({ key: text(write.bytes(1)), entries: new Map(write.messages(2).map((entry) => [entry.text(1), entry.bytes(2)])) })),
  };
}

/** Public state and collections alike, in the order of the set. */
export function listParts(namespaces: readonly AuditedNamespace[]): AuditedPart[] {
  return namespaces.flatMap(({ open, collections }) => [open, ...collections]);
}
