import { timingSafeEqual } from 'node:crypto';
import type { AccessKeyRecord } from '@/lib/control';
import type { ParsedAccessKey } from './access-key-format';
import { hashAccessKeySecret } from './access-key-secret';

/** `unknown` is also the answer for a key of another sub-chain or of the other kind: neither is told apart. */
export type AccessKeyCheck =
  | { readonly ok: true; readonly record: AccessKeyRecord }
  | { readonly ok: false; readonly reason: 'unknown' | 'revoked' | 'expired' };

interface Entry {
  readonly record: AccessKeyRecord;
  readonly hmac: Buffer;
}

const absent = Buffer.alloc(32);

/** The access keys of a host's sub-chains, in memory; whoever owns it keeps them durable. */
export class AccessKeyTable {
  private readonly entries = new Map<string, Entry>();
  private readonly idsOfChain = new Map<string, Set<string>>();
  /** Those that may still open a door: what a preflight looks through, however many were revoked before. */
  private readonly liveOfChain = new Map<string, Set<string>>();

  constructor(private readonly pepper: Uint8Array) {}

  get(id: string): AccessKeyRecord | undefined {
    return this.entries.get(id)?.record;
  }

  list(): AccessKeyRecord[] {
    return Array.from(this.entries.values(), (entry) => entry.record);
  }

  /** Effective with the next check. */
  put(record: AccessKeyRecord): void {
    this.remove(record.id);
    this.entries.set(record.id, { record, hmac: Buffer.from(record.secretHmac, 'base64') });
    listUnder(this.idsOfChain, record);
    if (!record.revoked) listUnder(this.liveOfChain, record);
  }

  remove(id: string): void {
    const record = this.get(id);
    if (!record) return;
    this.entries.delete(id);
    for (const lists of [this.idsOfChain, this.liveOfChain]) {
      const ids = lists.get(record.chain);
      ids?.delete(id);
      if (ids?.size === 0) lists.delete(record.chain);
    }
  }

  removeChain(chain: string): void {
    for (const id of this.idsOfChain.get(chain) ?? []) this.entries.delete(id);
    this.idsOfChain.delete(chain);
    this.liveOfChain.delete(chain);
  }

  /** Takes the same time for an unknown id as for a wrong secret. */
  check(key: ParsedAccessKey, use: { chain: string; kind: AccessKeyRecord['kind']; nowMs: number }): AccessKeyCheck {
    const entry = this.entries.get(key.id);
    const stored = entry?.hmac.length === absent.length ? entry.hmac : absent;
    const matches = timingSafeEqual(hashAccessKeySecret(this.pepper, key.secret), stored);
    if (!entry || !matches || entry.record.chain !== use.chain || entry.record.kind !== use.kind) return { ok: false, reason: 'unknown' };
    if (entry.record.revoked) return { ok: false, reason: 'revoked' };
    if (entry.record.expiresAtMs !== undefined && entry.record.expiresAtMs <= use.nowMs) return { ok: false, reason: 'expired' };
    return { ok: true, record: entry.record };
  }

  /** True when any live key of the sub-chain lets this browser origin call: what a preflight, which carries no key, is told. */
  allowsOrigin(chain: string, origin: string, nowMs: number): boolean {
    const live = this.liveOfChain.get(chain);
    for (const id of live ?? []) {
      const record = this.get(id);
      // Expired ones are passed once.
      if (!record || (record.expiresAtMs ?? Infinity) <= nowMs) live?.delete(id);
      else if (originAllowed(record, origin)) return true;
    }
    return false;
  }
}

function listUnder(lists: Map<string, Set<string>>, { chain, id }: AccessKeyRecord): void {
  const ids = lists.get(chain) ?? new Set();
  lists.set(chain, ids.add(id));
}

/** Exact match of scheme, host and port, or the entry `*`. */
export function originAllowed(record: Pick<AccessKeyRecord, 'origins'>, origin: string): boolean {
  return record.origins.includes(origin) || record.origins.includes('*');
}
