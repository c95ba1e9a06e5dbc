import type { AuditedNamespace, AuditedPart, AuditedVersion } from './audit-rwset';
import { listParts } from './audit-rwset';

export interface AuditedItem {
  readonly version: string;
  readonly value: Buffer;
  readonly metadata: ReadonlyMap<string, Buffer>;
}

/** A key that a block changed, with what it has now. */
export interface AuditedChange {
  readonly space: string;
  readonly key: string;
  readonly version: string;
  readonly value: Buffer | undefined;
}

/** What an auditor knows of a channel's state: keys by namespace or by namespace and collection, private ones by their hashes. */
export class AuditedState {
  readonly #spaces = new Map<string, Map<string, AuditedItem>>();
  /** What a block has changed so far; undefined: it is gone. */
  readonly #changed = new Map<string, Map<string, AuditedItem | undefined>>();
  readonly #versions = new Map<string, AuditedChange>();
  /** Keys whose time ends with a block, and the block that wrote them. */
  readonly #expiring = new Map<bigint, { space: string; key: string; committed: bigint }[]>();

  /** As the block before left it. */
  committed(space: string, key: string): AuditedItem | undefined {
    return this.#spaces.get(space)?.get(key);
  }

  /** Whether an earlier transaction of this block changed it. */
  isChanged(space: string, key: string): boolean {
    return this.#changed.get(space)?.has(key) === true;
  }

  latest(space: string, key: string): AuditedItem | undefined {
    return this.isChanged(space, key) ? this.#changed.get(space)?.get(key) : this.committed(space, key);
  }

  /** Keys of a range in their order, with the changes of this block. An empty end is open. */
  range(space: string, start: string, end: string, isEndIncluded: boolean): { readonly key: string; readonly version: AuditedVersion }[] {
    const keys = new Set([...(this.#spaces.get(space)?.keys() ?? []), ...(this.#changed.get(space)?.keys() ?? [])]);
    const inside = (key: string) => key >= start && (end === '' || key < end || (isEndIncluded && key === end));
    return [...keys].filter(inside).sort((a, b) => (a < b ? -1 : 1)).flatMap((key) => {
      const item = this.latest(space, key);
      return item === undefined ? [] : { key, version: item.version };
    });
  }

  /** Does what a valid transaction writes. `livesFor`: blocks that private data of a part stay; undefined: for ever. */
  apply(namespaces: readonly AuditedNamespace[], block: bigint, transaction: number, livesFor: (part: AuditedPart, namespace: string) => bigint | undefined): void {
    const version = `${block}.${transaction}`;
    const before = new Map<string, AuditedItem | undefined>();
    const name = (part: AuditedPart, key: string) => `${part.space}\0\0${key}`;
    for (const part of listParts(namespaces)) {
      for (const { key } of [...part.writes, ...part.metadata]) before.set(name(part, key), this.latest(part.space, key));
      const metadata = new Map(part.metadata.map(({ key, entries }) => [key, entries]));
      for (const { key, value } of part.writes) {
        const kept = metadata.get(key) ?? before.get(name(part, key))?.metadata ?? new Map<string, Buffer>();
        this.#change(part.space, key, version, value === undefined ? undefined : { version, value, metadata: kept });
        metadata.delete(key);
      }
      // Metadata of a key that is not there come to nothing.
      for (const [key, entries] of metadata) {
        const item = before.get(name(part, key));
        if (item !== undefined) this.#change(part.space, key, version, { version, value: item.value, metadata: entries });
      }
    }
    for (const { name: namespace, collections } of namespaces) {
      for (const part of collections) {
        const lives = livesFor(part, namespace);
        if (lives === undefined) continue;
        const ends = block + lives + 1n;
        const list = this.#expiring.get(ends) ?? [];
        for (const { key } of [...part.writes, ...part.metadata]) list.push({ space: part.space, key, committed: block });
        this.#expiring.set(ends, list);
      }
    }
  }

  #change(space: string, key: string, version: string, item: AuditedItem | undefined): void {
    const changed = this.#changed.get(space) ?? new Map<string, AuditedItem | undefined>();
    this.#changed.set(space, changed.set(key, item));
    this.#versions.set(`${space}\0\0${key}`, { space, key, version, value: item?.value });
  }

  /** What the block's transactions changed, in no particular order. */
  changes(): AuditedChange[] {
    return [...this.#versions.values()];
  }

  /** Ends a block: what it changed stands, and what its number ends goes. */
  commit(block: bigint): void {
    for (const { space, key, committed } of this.#expiring.get(block) ?? []) {
      const item = this.isChanged(space, key) ? undefined : this.committed(space, key);
      if (item?.version.startsWith(`${committed}.`)) this.#spaces.get(space)?.delete(key);
    }
    this.#expiring.delete(block);
    for (const [space, changed] of this.#changed) {
      const items = this.#spaces.get(space) ?? new Map<string, AuditedItem>();
      this.#spaces.set(space, items);
      for (const [key, item] of changed) {
        if (item === undefined) items.delete(key);
        else items.set(key, item);
      }
    }
    this.#changed.clear();
    this.#versions.clear();
  }
}
