import type { Random } from '../../../../testing/random';
import type { KeyRead, MetadataEntry, NamespaceRwset, RangeQuery, TxRwset } from '../rwset';
import type { Version } from '../versioned-value';

const KEYS = ['', 'a', 'ab', 'b', '\u0000co\u0000k1\u0000', '\u{10ffff}', '\uffff', '\u{1f600}', 'ä'];

/** Any read-write set that can be written down: also such as no simulation makes. */
export function randomRwset(random: Random): TxRwset {
  return { namespaces: list(random, 3, () => randomNamespace(random)) };
}

function randomNamespace(random: Random): NamespaceRwset {
  return {
    namespace: random.pick(['', 'basic', '_lifecycle', 'ä']),
    reads: list(random, 4, () => randomRead(random)),
    rangeQueries: list(random, 2, () => randomRange(random)),
    writes: list(random, 4, () => ({ key: random.pick(KEYS), isDelete: random.chance(0.3), value: random.bytes(random.below(200)) })),
    metadataWrites: list(random, 2, () => ({ key: random.pick(KEYS), entries: randomEntries(random) })),
    collections: list(random, 2, () => ({
      collection: random.pick(['secret', '_implicit_org_Org1MSP']),
      reads: list(random, 2, () => ({ keyHash: random.bytes(32), version: randomVersion(random) })),
      writes: list(random, 2, () => ({ keyHash: random.bytes(32), isDelete: random.chance(0.3), isPurge: random.chance(0.3), valueHash: random.bytes(random.pick([0, 32])) })),
      metadataWrites: list(random, 2, () => ({ keyHash: random.bytes(32), entries: randomEntries(random) })),
      privateRwsetHash: random.bytes(random.pick([0, 32])),
    })),
  };
}

function randomRange(random: Random): RangeQuery {
  const results: RangeQuery['results'] = random.chance(0.5)
    ? { kind: 'reads', reads: list(random, 3, () => randomRead(random)) }
    : { kind: 'hashes', maxDegree: 2 + random.below(300), maxLevel: random.below(5), hashes: list(random, 3, () => random.bytes(32)) };
  return { start: random.pick(KEYS), end: random.pick(KEYS), isExhausted: random.chance(0.5), results };
}

function randomRead(random: Random): KeyRead {
  return { key: random.pick(KEYS), version: randomVersion(random) };
}

function randomVersion(random: Random): Version | undefined {
  if (random.chance(0.3)) return undefined;
  return { block: random.pick([0, 1, 127, 128, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER]), transaction: random.below(300) };
}

function randomEntries(random: Random): MetadataEntry[] {
  return list(random, 2, () => ({ name: random.pick(['VALIDATION_PARAMETER', '', 'x']), value: random.bytes(random.below(20)) }));
}

function list<T>(random: Random, max: number, make: () => T): T[] {
  return Array.from({ length: random.below(max + 1) }, make);
}
