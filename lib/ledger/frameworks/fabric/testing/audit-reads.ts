import { createHash } from 'node:crypto';
import { readVersion, type AuditedNamespace, type AuditedRange, type AuditedVersion } from './audit-rwset';
import type { AuditedState } from './audit-state';

/** What of a transaction's reads no longer holds. */
export interface StaleRead {
  readonly isPhantom: boolean;
  readonly words: string;
}

const utf8 = (key: string): string => Buffer.from(key, 'latin1').toString('utf8');

/** In Fabric's order: of each namespace the reads, the ranges, the reads of hashes. Undefined when everything is as it was read. */
export function findStaleRead(namespaces: readonly AuditedNamespace[], state: AuditedState): StaleRead | undefined {
  const staleOf = (part: AuditedNamespace['open']) => part.reads.find(({ key, version }) => state.isChanged(part.space, key) || state.committed(part.space, key)?.version !== version);
  for (const { name, open, ranges, collections } of namespaces) {
    const stale = staleOf(open);
    if (stale !== undefined) return { isPhantom: false, words: `it read ${name}/${utf8(stale.key)}, which was changed since` };
    if (ranges.some((range) => !holds(range, state, name))) return { isPhantom: true, words: `it read a range of ${name}, in which something was changed since` };
    const hashed = collections.find((part) => staleOf(part) !== undefined);
    if (hashed !== undefined) return { isPhantom: false, words: `it read a key of ${name}/${hashed.collection}, which was changed since` };
  }
  return undefined;
}

function holds({ start, end, isExhausted, reads, summary }: AuditedRange, state: AuditedState, space: string): boolean {
  const found = state.range(space, start, end, !isExhausted);
  if (summary !== undefined) {
    const degree = Number(summary.number(1));
    const made = summarise(found, degree);
    const claimed = summary.list(3);
    return made !== undefined && BigInt(made.level) === summary.number(2) && made.hashes.length === claimed.length && made.hashes.every((hash, index) => hash.equals(claimed[index] ?? Buffer.alloc(0)));
  }
  return found.length === reads.length && reads.every((read, index) => read.bytes(1).toString('latin1') === found[index]?.key && readVersion(read) === found[index]?.version);
}

/** Fabric's tree of hashes over what a range gave (rwsetutil/query_results_helper.go); undefined when there is too little for one. */
function summarise(found: readonly { readonly key: string; readonly version: AuditedVersion }[], degree: number): { readonly level: number; readonly hashes: readonly Buffer[] } | undefined {
  if (found.length <= degree) return undefined;
  const levels: Buffer[][] = [];
  const add = (level: number, hash: Buffer): void => {
    const at = (levels[level] ??= []);
    at.push(hash);
    if (at.length <= degree) return;
    levels[level] = [];
    add(level + 1, sha256(...at));
  };
  // A leaf is made when one more than the degree came.
  for (let from = 0; from < found.length; from += degree + 1) add(0, sha256(...found.slice(from, from + degree + 1).map(encodeRead)));
  const top = levels.length - 1;
  for (let level = 0; level < top; level += 1) {
    const at = levels[level] ?? [];
    const [only] = at;
    if (only === undefined) continue;
    (levels[level + 1] ??= []).push(at.length === 1 ? only : sha256(...at));
  }
  const hashes = levels[top] ?? [];
  return hashes.length > degree ? { level: top + 2, hashes: [sha256(...hashes)] } : { level: top + 1, hashes };
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** A kvrwset.KVRead as the field 1 of QueryReads. */
function encodeRead({ key, version = '' }: { readonly key: string; readonly version: AuditedVersion }): Buffer {
  const [block = 0n, transaction = 0n] = version.split('.').map(BigInt);
  const place = Buffer.concat([number(1, block), number(2, transaction)]);
  return field(1, Buffer.concat([field(1, Buffer.from(key, 'latin1')), field(2, place)]));
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

function number(name: number, value: bigint): Buffer {
  return value === 0n ? Buffer.alloc(0) : Buffer.concat([Buffer.of(name * 8), varint(value)]);
}

function field(name: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.of(name * 8 + 2), varint(BigInt(value.length)), value]);
}
