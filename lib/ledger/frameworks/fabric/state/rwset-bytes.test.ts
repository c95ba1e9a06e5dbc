import { describe, expect, it } from 'vitest';
import { ledger } from '@hyperledger/fabric-protos';
import { bytesToHex } from '@/lib/platform/pure/bytes';
import { createRandom } from '../../../testing/random';
import { checkRwset } from './check-rwset';
import { decodeMetadata, decodePrivateRwset, decodePrivateWrites, decodeRwset } from './decode-rwset';
import { encodeMetadata, encodePrivateRwset, encodePrivateWrites, encodeRwset } from './encode-rwset';
import { RWSET_ITEMS_MAX } from './limits';
import { FabricStateError } from './state-error';
import { toProto } from './testing/proto-rwset';
import { randomRwset } from './testing/random-rwset';
import { bytes } from './testing/test-ledger';
import { VALIDATION_CODES } from '../protocol/transaction/validation-codes';

const firstSeed = Number(process.env.SEED ?? 1);
const seeds = Array.from({ length: 300 }, (_, index) => firstSeed + index);
const { kvrwset } = ledger.rwset;

/** How a reader answers: what it read, or the code of its refusal. Anything else is a bug and comes out. */
function outcomeOf<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FabricStateError)) throw error;
    return error.code;
  }
}

describe('the bytes of a read-write set', () => {
  it('are those of the official protocol buffers', () => {
    for (const seed of seeds) {
      const rwset = randomRwset(createRandom(seed));
      expect(bytesToHex(encodeRwset(rwset)), `seed ${seed}`).toBe(bytesToHex(toProto(rwset)));
    }
  });

  it('are read back as what they were', () => {
    for (const seed of seeds) {
      const rwset = randomRwset(createRandom(seed));
      const decoded = decodeRwset(toProto(rwset));
      expect(bytesToHex(encodeRwset(decoded)), `seed ${seed}`).toBe(bytesToHex(toProto(rwset)));
    }
  });

  it('of private data too', () => {
    const inner = encodePrivateWrites({ writes: [{ key: 'k', isDelete: false, value: bytes('v') }], metadataKeys: ['m'] });
    const collection = new ledger.rwset.CollectionPvtReadWriteSet();
    collection.setCollectionName('secret');
    const kv = new kvrwset.KVRWSet();
    const write = new kvrwset.KVWrite();
    write.setKey('k');
    write.setValue(bytes('v'));
    const metadata = new kvrwset.KVMetadataWrite();
    metadata.setKey('m');
    kv.setWritesList([write]);
    kv.setMetadataWritesList([metadata]);
    collection.setRwset(kv.serializeBinary());
    const namespace = new ledger.rwset.NsPvtReadWriteSet();
    namespace.setNamespace('basic');
    namespace.setCollectionPvtRwsetList([collection]);
    const message = new ledger.rwset.TxPvtReadWriteSet();
    message.setNsPvtRwsetList([namespace]);
    const outer = encodePrivateRwset({ namespaces: [{ namespace: 'basic', collections: [{ collection: 'secret', rwset: inner }] }] });
    expect(bytesToHex(outer)).toBe(bytesToHex(message.serializeBinary()));
    const decoded = decodePrivateRwset(outer).namespaces[0]?.collections[0];
    expect(decodePrivateWrites(decoded?.rwset ?? new Uint8Array(0))).toMatchObject({ writes: [{ key: 'k', isDelete: false }], metadataKeys: ['m'] });
  });

  it('keep metadata with their names', () => {
    const encoded = encodeMetadata([{ name: 'VALIDATION_PARAMETER', value: bytes('policy') }]);
    expect([...decodeMetadata(encoded)]).toEqual([['VALIDATION_PARAMETER', expect.anything()]]);
    expect(kvrwset.KVMetadataWrite.deserializeBinary(encoded).getEntriesList()[0]?.getName()).toBe('VALIDATION_PARAMETER');
  });
});

describe('bytes that are no read-write set', () => {
  it('are refused with a typed error or read, never another exception', () => {
    const codes = new Set<string>();
    for (const seed of seeds) {
      const random = createRandom(seed);
      const mutated = Buffer.from(encodeRwset(randomRwset(random)));
      for (let flips = 1 + random.below(6); flips > 0 && mutated.length > 0; flips -= 1) mutated[random.below(mutated.length)] = random.below(256);
      const cut = random.chance(0.3) ? mutated.subarray(0, random.below(mutated.length + 1)) : mutated;
      for (const read of [decodeRwset, decodePrivateRwset, decodePrivateWrites, decodeMetadata, checkRwset]) {
        const outcome = outcomeOf<unknown>(() => read(cut));
        codes.add(typeof outcome === 'string' ? outcome : 'read');
      }
    }
    expect([...codes].sort(), `seeds from ${firstSeed}`).toEqual(['read', 'rwset-malformed']);
  });

  it('are refused when a text is not UTF-8, as Go does it', () => {
    const broken = Buffer.from([0x12, 0x03, 0x0a, 0x01, 0xff]);
    expect(outcomeOf(() => decodeRwset(broken))).toBe('rwset-malformed');
  });

  it('are refused when they hold more items than may be, before they are all read', () => {
    const item = Buffer.from([0x0a, 0x00]);
    const kv = Buffer.concat(Array.from({ length: RWSET_ITEMS_MAX + 1 }, () => item));
    const rwset = Buffer.concat([Buffer.from([0x12]), varint(kv.length), kv]);
    const outer = Buffer.concat([Buffer.from([0x12]), varint(rwset.length), rwset]);
    expect(outcomeOf(() => decodeRwset(outer))).toBe('rwset-malformed');
  });

  it('are read past groups and past fields that have another layout than theirs, as Go does it', () => {
    const odd = Buffer.from([0x12, 0x0c, 0x08, 0x05, 0x0a, 0x01, 0x61, 0x5b, 0x0a, 0x01, 0x62, 0x5c, 0x10, 0x07]);
    expect(decodeRwset(odd).namespaces[0]).toMatchObject({ namespace: 'a', reads: [] });
    const deep = Buffer.concat([Buffer.alloc(100, 0x5b), Buffer.alloc(100, 0x5c)]);
    expect(outcomeOf(() => decodeRwset(deep))).toBe('rwset-malformed');
    expect(outcomeOf(() => decodeRwset(Buffer.from([0x5b, 0x54])))).toBe('rwset-malformed');
  });

  it('are refused with a hash tree that cannot be built', () => {
    const query = { start: '', end: '', isExhausted: true, results: { kind: 'hashes' as const, maxDegree: 1, maxLevel: 1, hashes: [] } };
    const encoded = encodeRwset({ namespaces: [{ namespace: 'a', reads: [], rangeQueries: [query], writes: [], metadataWrites: [], collections: [] }] });
    expect(outcomeOf(() => decodeRwset(encoded))).toBe('rwset-malformed');
  });

  it('are skipped where a field is not known, and the last of a repeated one counts', () => {
    const twice = Buffer.from([0x12, 0x07, 0x0a, 0x01, 0x61, 0x0a, 0x02, 0x62, 0x63, 0xa2, 0x06, 0x01, 0x00]);
    expect(decodeRwset(twice).namespaces[0]?.namespace).toBe('bc');
  });
});

describe('checkRwset', () => {
  const one = (namespace: string, key = 'k') => ({ namespace, reads: [], rangeQueries: [], writes: [{ key, isDelete: false, value: bytes('v') }], metadataWrites: [], collections: [] });

  it.each([
    ['no read-write set', Buffer.from([0xff]), VALIDATION_CODES.BAD_RWSET],
    ['a namespace twice', encodeRwset({ namespaces: [one('a'), one('a')] }), VALIDATION_CODES.ILLEGAL_WRITESET],
    ['a key that is too long', encodeRwset({ namespaces: [one('a', 'x'.repeat(2_000))] }), VALIDATION_CODES.INVALID_WRITESET],
    ['a namespace with a zero byte', encodeRwset({ namespaces: [one('a\0b')] }), VALIDATION_CODES.INVALID_WRITESET],
  ])('says of %s which code Fabric has for it', (_what, encoded, code) => {
    expect(checkRwset(encoded).code).toBe(code);
  });
});

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out.push((rest % 0x80) + 0x80);
  return Buffer.from([...out, rest]);
}
