import { timingSafeEqual } from 'node:crypto';
import type { AccessKeyRecord } from '@/lib/control';
import { Multimap } from '@/lib/platform/pure/multimap';
import type { ParsedAccessKey } from './access-key-format';
import { hashAccessKeySecret } from './access-key-secret';

/** `unknown` is also the answer for a key of another sub-chain or of the other kind: neither is told apart. */
export type AccessKeyCheck =
  | { readonly ok: true; readonly record: AccessKeyRecord }
  | { readonly ok: false; readonly reason: 'unknown' | 'revoked' | 'expired' };

const absent = Buffer.alloc(32);

/**
 * The access keys of a host's sub-chains, in memory; whoever owns it keeps them durable. It holds the very records it is
 * given: there are as many as sub-chains.
 */
export class AccessKeyTable {
  private readonly records = new Map<string, AccessKeyRecord>();
  /** Those that may still open a door: what a preflight looks through, however many were revoked before. */
  private readonly liveOfChain = new Multimap<string>();
  private readonly revokedOfChain = new Multimap<string>();

  constructor(private readonly pepper: Uint8Array) {}

  get(id: string): AccessKeyRecord | undefined {
    return this.records.get(id);
  }

  list(): AccessKeyRecord[] {
    return [...this.records.values()];
  }

  /** Effective with the next check. */
  put(record: AccessKeyRecord): void {
    this.remove(record.id);
    this.records.set(record.id, record);
    (record.revoked ? this.revokedOfChain : this.liveOfChain).add(record.chain, record.id);
  }

  remove(id: string): void {
    const record = this.get(id);
    if (!record) return;
    this.records.delete(id);
    this.liveOfChain.delete(record.chain, id);
    this.revokedOfChain.delete(record.chain, id);
  }

  removeChain(chain: string): void {
    for (const ids of [this.liveOfChain, this.revokedOfChain]) {
      for (const id of ids.get(chain)) this.records.delete(id);
      ids.deleteAll(chain);
    }
  }

  /** Takes the same time for an unknown id as for a wrong secret. */
  check(key: ParsedAccessKey, use: { chain: string; kind: AccessKeyRecord['kind']; nowMs: number }): AccessKeyCheck {
    const record = this.records.get(key.id);
    const hmac = record === undefined ? absent : Buffer.from(record.secretHmac, 'base64');
    const matches = timingSafeEqual(hashAccessKeySecret(this.pepper, key.secret), hmac.length === absent.length ? hmac : absent);
    if (!record || !matches || record.chain !== use.chain || record.kind !== use.kind) return { ok: false, reason: 'unknown' };
    if (record.revoked) return { ok: false, reason: 'revoked' };
    if (record.expiresAtMs !== undefined && record.expiresAtMs <= use.nowMs) return { ok: false, reason: 'expired' };
    return { ok: true, record };
  }

  /** True when any live key of the sub-chain lets this browser origin call: what a preflight, which carries no key, is told. */
  allowsOrigin(chain: string, origin: string, nowMs: number): boolean {
    return this.liveOfChain.get(chain).some((id) => {
      const record = this.get(id);
      return record !== undefined && (record.expiresAtMs ?? Infinity) > nowMs && originAllowed(record, origin);
    });
  }
}

/** Exact match of scheme, host and port, or the entry `*`. */
export function originAllowed(record: Pick<AccessKeyRecord, 'origins'>, origin: string): boolean {
  return record.origins.includes(origin) || record.origins.includes('*');
}
