import { describe, expect, it } from 'vitest';
import { createMemoryStorage } from '../storage/memory/memory-storage';
import { certifyBlock } from '../testing/certify-block';
import { counterFramework } from '../testing/counter-framework';
import { add, createTestNode, openTestChain, TEST_CHAIN, type TestNode } from '../testing/test-nodes';
import { decodeBlock, encodeBlock, hashHeader, type Block } from './block';
import { CodecError } from './codec';
import type { ChainRules } from './consensus/rules';
import { createKey, sha256Hex, type Signer } from './crypto';
import type { Framework } from './framework';
import { decodeGenesis, encodeGenesis } from './genesis';
import { openPeer, readBlock } from './peer';
import { RULES_NOTE } from './rules-history';
import { attestBlock } from './seal-block';
import type { ChainStorage } from './storage';
import { hash, height } from './types';

const frameworks = new Map<string, Framework>([[counterFramework.name, counterFramework]]);

/** A node with three blocks, and its blocks as records. */
async function withBlocks(): Promise<{ node: TestNode; signer: Signer; records: Uint8Array[] }> {
  const node = await createTestNode();
  await openTestChain([node]);
  for (let count = 0; count < 3; count += 1) await node.host.submit(TEST_CHAIN, add('c', 1));
  const signer = node.keys.find(TEST_CHAIN);
  if (signer === undefined) throw new Error('the node has its key');
  return { node, signer, records: [...node.host.blockRecords(TEST_CHAIN, height(0), 10)] };
}

/** A storage that holds these records, whatever they say. */
async function storageOf(records: readonly Uint8Array[]): Promise<ChainStorage> {
  const storage = createMemoryStorage().create(TEST_CHAIN);
  for (const [at, record] of records.entries()) await storage.commit(height(at), record, []);
  return storage;
}

function changed(record: Uint8Array, change: (block: Block) => Partial<Block>): Uint8Array {
  const block = decodeBlock(record);
  return encodeBlock({ ...block, ...change(block) });
}

const resign = (signer: Signer, header: Block['header']) => ({ header, certificate: certifyBlock(header, [signer]) });
const attest = (signer: Signer, { header }: Block) => ({ attestation: attestBlock(header.chain, header.height, hashHeader(header), signer) });

describe('opening a stored peer', () => {
  it('finds head, genesis and part as they were left', async () => {
    const { node, signer, records } = await withBlocks();
    const peer = openPeer(await storageOf(records), signer, frameworks);
    expect(peer.head).toEqual(node.host.head(TEST_CHAIN));
    expect(peer.parent).toEqual({ height: 3, hash: peer.head.hash, time: peer.head.time });
    expect(peer.genesisHash).toBe(node.host.genesis(TEST_CHAIN).hash);
    expect([peer.orders, peer.unsettled, peer.stopped]).toEqual([true, 0, undefined]);
  });

  it('knows whether it orders by its key', async () => {
    const { records } = await withBlocks();
    const other = createKey().signer;
    const records2 = records.map((record) => changed(record, (block) => attest(other, block)));
    expect(openPeer(await storageOf(records2), other, frameworks).orders).toBe(false);
  });

  it.each<[string, (records: Uint8Array[], signer: Signer) => Uint8Array[], RegExp]>([
    ['a head that nobody made final', (records) => [...records.slice(0, 3), changed(records[3] ?? new Uint8Array(0), () => ({ certificate: { round: 0, signatures: [] } }))], /is final: its certificate carries 0 signatures where 1/],
    [
      'a head that another peer attested',
      (records) => [...records.slice(0, 3), changed(records[3] ?? new Uint8Array(0), (block) => attest(createKey().signer, block))],
      /carries this peer’s signature/,
    ],
    [
      'a head with an attestation of another block',
      (records, signer) => [...records.slice(0, 3), changed(records[3] ?? new Uint8Array(0), () => attest(signer, decodeBlock(records[2] ?? new Uint8Array(0))))],
      /carries this peer’s signature/,
    ],
    ['a head that was changed after it was signed', (records) => [...records.slice(0, 3), changed(records[3] ?? new Uint8Array(0), ({ header }) => ({ header: { ...header, stateRoot: hash('ee'.repeat(32)) } }))], /is final: its certificate carries a wrong signature of C0/],
    [
      'a head that follows another block',
      (records, signer) => [...records.slice(0, 3), changed(records[3] ?? new Uint8Array(0), ({ header }) => resign(signer, { ...header, previousHash: hash('ee'.repeat(32)) }))],
      /follows the block before it/,
    ],
    [
      'a head of another height',
      (records, signer) => [...records.slice(0, 3), changed(records[3] ?? new Uint8Array(0), ({ header }) => resign(signer, { ...header, height: height(7) }))],
      /under another name/,
    ],
    ['a first block that is no genesis block', (records) => [records[1] ?? new Uint8Array(0), ...records.slice(1)], /under another name/],
    [
      'a head that names other rules for the next block',
      (records, signer) => [...records.slice(0, 3), changed(records[3] ?? new Uint8Array(0), ({ header }) => resign(signer, { ...header, nextValidators: hash('ee'.repeat(32)) }))],
      /names the rules that follow it/,
    ],
    ['bytes that are no block', (records) => [...records.slice(0, 3), Buffer.from('nonsense')], /format/],
  ])('refuses %s', async (_name, change, reason) => {
    const { signer, records } = await withBlocks();
    const storage = await storageOf(change(records, signer));
    expect(() => openPeer(storage, signer, frameworks)).toThrow(reason);
  });

  it('refuses a copy whose own word was taken away: another peer’s certificate says nothing of this one', async () => {
    const { records } = await withBlocks();
    const other = createKey().signer;
    const storage = await storageOf(records);
    expect(() => openPeer(storage, other, frameworks)).toThrow(/carries this peer’s signature/);
  });

  it('judges the head by the rules of its height, which a durable note remembers', async () => {
    const { signer, records } = await withBlocks();
    const storage = await storageOf(records);
    const { rules } = openPeer(storage, signer, frameworks);
    const successor = createKey().signer;
    const handedOver: ChainRules = { ...rules.at(3), validators: [{ name: 'C1', publicKey: successor.publicKey }] };
    await storage.setNote(RULES_NOTE, rules.with(3, handedOver).encode());
    expect(() => openPeer(storage, signer, frameworks)).toThrow(/names the rules that follow it/);
    await storage.setNote(RULES_NOTE, Buffer.from('nonsense'));
    expect(() => openPeer(storage, signer, frameworks)).toThrow(CodecError);
    await storage.setNote(RULES_NOTE, undefined);
    expect(openPeer(storage, signer, frameworks).rules.at(4)).toEqual(rules.at(4));
  });

  it('refuses a framework or settings that this program does not know', async () => {
    const { signer, records } = await withBlocks();
    const storage = await storageOf(records);
    expect(() => openPeer(storage, signer, new Map())).toThrow(expect.objectContaining({ code: 'genesis-invalid' }));
    const [first] = records;
    if (first === undefined) throw new Error('there is a genesis block');
    const document = encodeGenesis({ ...decodeGenesis(decodeBlock(first).genesis ?? new Uint8Array(0)), config: { unknown: true } });
    const strange = changed(first, ({ header }) => ({ genesis: document, ...resign(signer, { ...header, previousHash: sha256Hex(document) }) }));
    const other = await storageOf([strange]);
    expect(() => openPeer(other, signer, frameworks)).toThrow(/unknown/i);
  });

  it('reads a block by height, and none that is not there', async () => {
    const { records } = await withBlocks();
    const storage = await storageOf(records);
    expect(readBlock(storage, 2).header.height).toBe(2);
    expect(() => readBlock(storage, 4)).toThrow(/is stored/);
  });
});
