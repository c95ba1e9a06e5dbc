import { common } from '@hyperledger/fabric-protos';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../testing/random';
import { makeMessage, serialise } from '../testing/make-message';
import { createIdentity, findAmong, type TestIdentity } from '../testing/test-organisations';
import { VALIDATION_CODES } from '../transaction/validation-codes';
import { buildHeader, encodeBlock } from './build-block';
import { computeCommitHash, encodeUpdates, type NamespaceUpdates } from './compute-commit-hash';
import { filterBlock } from './filter-block';
import { encodeHeaderDer, hashHeader } from './header-hash';
import { encodeCommitHashSlot, encodeFilterSlot, encodeLastConfigSlot, encodeOrdererValue, metadataSlots, signBlockSlot, unsignedBlockSlot } from './metadata';
import { listBlockSignatures, readCommitHash, readLastConfigIndex } from './read-metadata';
import { BlockInvalid, unpackBlock } from './unpack-block';

let orderer: TestIdentity;
beforeAll(async () => {
  orderer = await createIdentity('OrdererMSP', 'orderer');
});

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const text = (value: string) => Buffer.from(value);

describe('a header', () => {
  it.each([
    ['zero', 0n, '', '', '3007 020100 0400 0400'],
    ['a number whose first bit is set, with a zero before it', 128n, 'aa', 'bb', '300a 02020080 0401aa 0401bb'],
    ['the highest number', 2n ** 64n - 1n, '', '', '300f 020900ffffffffffffffff 0400 0400'],
    ['hashes longer than 127 bytes', 1n, 'cc'.repeat(200), '', `3081d0 020101 0481c8${'cc'.repeat(200)} 0400`],
    ['hashes longer than 255 bytes', 1n, 'cc'.repeat(300), '', `30820135 020101 0482012c${'cc'.repeat(300)} 0400`],
  ])('of %s has the one DER that Go writes', (_name, number, previous, data, expected) => {
    expect(hexOf(encodeHeaderDer({ number, previousHash: Buffer.from(previous, 'hex'), dataHash: Buffer.from(data, 'hex') }))).toBe(expected.replaceAll(' ', ''));
  });
});

describe('a block', () => {
  const envelopes = [text('one'), text('two'), text('')];
  const build = () => {
    const header = buildHeader(7n, Buffer.alloc(32, 1), envelopes);
    const ordererValue = encodeOrdererValue(3n, text('consenter'));
    const metadata = metadataSlots({
      SIGNATURES: signBlockSlot(ordererValue, encodeHeaderDer(header), orderer, Buffer.alloc(24, 9)),
      LAST_CONFIG: encodeLastConfigSlot(3n),
      TRANSACTIONS_FILTER: encodeFilterSlot([VALIDATION_CODES.VALID, VALIDATION_CODES.NOT_VALIDATED, VALIDATION_CODES.INVALID_OTHER_REASON]),
      COMMIT_HASH: encodeCommitHashSlot(Buffer.alloc(32, 5)),
    });
    return { header, metadata, bytes: encodeBlock(header, envelopes, metadata) };
  };

  it('is to the published classes what it was built of', () => {
    const { header, bytes } = build();
    const read = common.Block.deserializeBinary(bytes);
    expect(read.getHeader()?.getNumber()).toBe(7);
    expect(hexOf(read.getHeader()?.getDataHash_asU8() ?? text(''))).toBe(hexOf(header.dataHash));
    expect(read.getData()?.getDataList_asU8().map(hexOf)).toEqual(envelopes.map(hexOf));
    const slots = read.getMetadata()?.getMetadataList_asU8() ?? [];
    expect(slots).toHaveLength(5);
    const signatures = common.Metadata.deserializeBinary(slots[0] ?? text(''));
    expect(common.OrdererBlockMetadata.deserializeBinary(signatures.getValue_asU8()).toObject()).toEqual({ lastConfig: { index: 3 }, consenterMetadata: text('consenter').toString('base64') });
    expect(signatures.getSignaturesList()).toHaveLength(1);
    expect(hexOf(slots[2] ?? text(''))).toBe('00feff');
    expect(Buffer.from(bytes).equals(read.serializeBinary())).toBe(true);
  });

  it('is signed over its header, and over nothing of another block', () => {
    const { bytes, header, metadata } = build();
    const holds = (block: ReturnType<typeof unpackBlock>) => listBlockSignatures(block).map((one) => findAmong([orderer])(one.identity)?.verify(one.statement, one.signature));
    const block = unpackBlock(bytes);
    expect(holds(block)).toEqual([true]);
    for (const wrong of [{ number: 8n }, { previousHash: Buffer.alloc(32, 2) }, { dataHash: Buffer.alloc(32, 2) }]) expect(holds({ ...block, header: { ...header, ...wrong } })).toEqual([false]);
    const otherValue = signBlockSlot(encodeOrdererValue(4n), encodeHeaderDer(header), orderer, Buffer.alloc(24, 9));
    const mixed = common.Metadata.deserializeBinary(metadata[0] ?? text(''));
    mixed.setValue(common.Metadata.deserializeBinary(otherValue).getValue_asU8());
    expect(holds({ ...block, metadata: [mixed.serializeBinary()] })).toEqual([false]);
    expect(readLastConfigIndex(block)).toBe(3n);
    expect(hexOf(readCommitHash(block))).toBe('05'.repeat(32));
  });

  it('says where the configuration is also in the ways of the first block and of old ones', () => {
    const block = unpackBlock(build().bytes);
    expect(readLastConfigIndex({ ...block, metadata: metadataSlots({ SIGNATURES: unsignedBlockSlot(encodeOrdererValue(0n)) }) })).toBe(0n);
    expect(readLastConfigIndex({ ...block, metadata: metadataSlots({ LAST_CONFIG: encodeLastConfigSlot(6n) }) })).toBe(6n);
    expect(listBlockSignatures({ ...block, metadata: [] })).toEqual([]);
  });

  it('with one envelope changed, moved or left out is refused', () => {
    const { header, metadata } = build();
    for (const wrong of [[text('one'), text('tw0'), text('')], [text('two'), text('one')], [text('one')], []]) {
      expect(() => unpackBlock(encodeBlock(header, wrong, metadata))).toThrow(/^the data of block \[7\] is not what its header says$/);
    }
  });

  it('of more transactions or bytes than may be is neither built nor read', () => {
    const many = Array.from({ length: 1_001 }, () => text('x'));
    expect(() => encodeBlock(buildHeader(1n, text(''), many), many, [])).toThrow(RangeError);
    expect(() => unpackBlock(serialise(common.Block, { Header: makeMessage(common.BlockHeader, {}), Data: makeMessage(common.BlockData, { DataList: many }) }))).toThrow(/more than 1000 entries/);
    expect(() => unpackBlock(Buffer.alloc(2 ** 24 + 1))).toThrow(/at most 16777216 bytes/);
  });

  it.each([
    ['bytes that are none', '0a05'],
    ['no header', '1200'],
    ['no data', '0a00'],
    ['malformed metadata', '0a00 1200 1a020a05'],
  ])('of %s is refused', (_name, bytes) => {
    expect(() => unpackBlock(Buffer.from(bytes.replaceAll(' ', ''), 'hex'))).toThrow(BlockInvalid);
  });

  it.each([[51], [52]])('that is damaged anywhere is refused, or differs in its metadata alone, seed %i', (seed) => {
    const random = createRandom(seed);
    const { header, bytes } = build();
    for (let run = 0; run < 500; run += 1) {
      const damaged = Buffer.from(bytes);
      const at = random.below(damaged.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 + random.below(255));
      try {
        const block = unpackBlock(damaged);
        const isSame = hexOf(hashHeader(block.header)) === hexOf(hashHeader(header));
        if (isSame) expect(block.envelopes.map(hexOf)).toEqual(envelopes.map(hexOf));
        listBlockSignatures(block);
        readLastConfigIndex(block);
        readCommitHash(block);
        filterBlock(block);
      } catch (error) {
        expect(error, damaged.toString('hex')).toBeInstanceOf(BlockInvalid);
      }
    }
  });
});

describe('a commit hash', () => {
  const write = (key: string, value: string | undefined, transaction: number) => ({ key: text(key), value: value === undefined ? undefined : text(value), version: { block: 1n, transaction: BigInt(transaction) } });
  const updates: NamespaceUpdates[] = [
    { namespace: 'ns2', updates: [write('key7', 'value7', 7)], collections: [] },
    { namespace: '', updates: [write('CHANNEL_CONFIG', 'config', 0)], collections: [] },
    {
      namespace: 'ns1',
      updates: [write('key2', 'value2', 2), write('key1', 'value1', 256)],
      collections: [{ collection: 'coll2', updates: [write('key6', undefined, 6)] }, { collection: 'coll1', updates: [write('key3', 'value3', 0)] }],
    },
  ];

  it('is over updates in the order of their bytes, namespace and collection named once, the configuration left out', () => {
    const entry = (fields: string) => Buffer.concat([Buffer.of(0x0a, fields.length / 2), Buffer.from(fields, 'hex')]).toString('hex');
    const field = (tag: string, value: string) => `${tag}${Buffer.of(value.length).toString('hex')}${text(value).toString('hex')}`;
    expect(hexOf(encodeUpdates(updates))).toBe([
      entry(`${field('0a', 'ns1')}${field('1a', 'key1')}${field('2a', 'value1')}32050101020100`),
      entry(`${field('1a', 'key2')}${field('2a', 'value2')}320401010102`),
      entry(`${field('12', 'coll1')}${field('1a', 'key3')}${field('2a', 'value3')}3203010100`),
      entry(`${field('12', 'coll2')}${field('1a', 'key6')}2001320401010106`),
      entry(`${field('0a', 'ns2')}${field('1a', 'key7')}${field('2a', 'value7')}320401010107`),
    ].join(''));
  });

  it('differs with every part of what it is over, and not with the order in which it comes', () => {
    const hash = (filter: number[], namespaces: NamespaceUpdates[], previous: string) => hexOf(computeCommitHash(Uint8Array.from(filter), namespaces, text(previous)));
    const whole = hash([0, 11], updates, 'before');
    expect(hash([0, 11], [...updates].reverse(), 'before')).toBe(whole);
    const others = [hash([0, 12], updates, 'before'), hash([0], updates, 'before'), hash([0, 11], updates.slice(1), 'before'), hash([0, 11], updates, 'after'), hash([0, 11], updates, '')];
    expect(new Set([whole, ...others]).size).toBe(6);
  });
});
