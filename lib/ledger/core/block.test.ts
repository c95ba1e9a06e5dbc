import { describe, expect, it } from 'vitest';
import { createRandom } from '../testing/random';
import { BLOCK_BYTES_MAX, decodeBlock, decodeHeader, encodeBlock, encodeHeader, hashHeader, hashValidators, signedStatement, type Block } from './block';
import { CodecError } from './codec';
import { generatePrivateKey, openSigner, sha256Hex, verifySignature } from './crypto';
import type { BlockHeader } from './host-types';
import { buildHeader, findDifference, signBlock, verifyBlockSignature } from './seal-block';
import { chainId, hash, height, timeMs, ZERO_HASH } from './types';

const signer = openSigner(generatePrivateKey());
const frameworkHeader = Buffer.from('framework header');
const header: BlockHeader = {
  chain: chainId('tide-4417'),
  height: height(7),
  previousHash: hash('11'.repeat(32)),
  transactionRoot: hash('22'.repeat(32)),
  receiptRoot: hash('33'.repeat(32)),
  eventRoot: ZERO_HASH,
  stateRoot: hash('44'.repeat(32)),
  frameworkHeaderHash: sha256Hex(frameworkHeader),
  time: timeMs(1_760_000_000_123),
  engineVersion: 1,
  proposer: signer.publicKey,
  validators: hashValidators([signer.publicKey]),
  nextValidators: hashValidators([signer.publicKey]),
};
const block: Block = {
  header,
  frameworkHeader,
  transactions: [Buffer.from('one'), new Uint8Array(0), Buffer.from('three')],
  signatures: [signBlock(header, hashHeader(header), signer)],
};

describe('block header', () => {
  it('comes back from its bytes, and its bytes from it', () => {
    const decoded = decodeHeader(encodeHeader(header));
    expect({ ...decoded, proposer: Buffer.from(decoded.proposer) }).toEqual({ ...header, proposer: Buffer.from(header.proposer) });
    expect(encodeHeader(decoded)).toEqual(encodeHeader(header));
  });

  it('changes its hash with every field', () => {
    const changes: Partial<BlockHeader>[] = [
      { chain: chainId('tide-4418') },
      { height: height(8) },
      { previousHash: ZERO_HASH },
      { transactionRoot: ZERO_HASH },
      { receiptRoot: ZERO_HASH },
      { eventRoot: hash('01'.repeat(32)) },
      { stateRoot: ZERO_HASH },
      { frameworkHeaderHash: ZERO_HASH },
      { time: timeMs(1) },
      { engineVersion: 2 },
      { proposer: Buffer.from('other') },
      { validators: ZERO_HASH },
      { nextValidators: ZERO_HASH },
    ];
    expect(changes).toHaveLength(Object.keys(header).length);
    const hashes = changes.map((change) => hashHeader({ ...header, ...change }));
    expect(new Set([...hashes, hashHeader(header)]).size).toBe(changes.length + 1);
  });

  it('refuses every single changed, missing or added byte or reads it as another header', () => {
    const bytes = encodeHeader(header);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      let hashed: string | undefined;
      try {
        hashed = hashHeader(decodeHeader(changed));
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
      expect(hashed, `byte ${at}`).not.toBe(hashHeader(header));
      expect(() => decodeHeader(bytes.subarray(0, at))).toThrow(CodecError);
    }
    expect(() => decodeHeader(Buffer.concat([bytes, Uint8Array.of(0)]))).toThrow(CodecError);
  });
});

describe('block record', () => {
  it('comes back from its bytes', () => {
    const decoded = decodeBlock(encodeBlock(block));
    expect(encodeBlock(decoded)).toEqual(encodeBlock(block));
    expect(decoded.transactions.map((bytes) => Buffer.from(bytes).toString())).toEqual(['one', '', 'three']);
    expect(decoded.genesis).toBeUndefined();
  });

  it('refuses a framework header that the header does not name', () => {
    expect(() => decodeBlock(encodeBlock({ ...block, frameworkHeader: Buffer.from('another') }))).toThrow(/framework header/);
  });

  it('carries a genesis document at height 0 and nowhere else', () => {
    const genesis = Buffer.from('document');
    const first = { ...block, header: { ...header, height: height(0), previousHash: sha256Hex(genesis) } };
    expect(Buffer.from(decodeBlock(encodeBlock({ ...first, genesis })).genesis ?? []).toString()).toBe('document');
    expect(() => decodeBlock(encodeBlock(first))).toThrow(/height 0/);
    expect(() => decodeBlock(encodeBlock({ ...block, genesis }))).toThrow(/height 0/);
    expect(() => decodeBlock(encodeBlock({ ...first, genesis: Buffer.from('other') }))).toThrow(/genesis document/);
  });

  it('refuses another format and oversized blocks with a clear word', () => {
    const bytes = Uint8Array.from(encodeBlock(block));
    bytes[0] = 2;
    expect(() => decodeBlock(bytes)).toThrow(/format 2/);
    expect(() => decodeBlock(new Uint8Array(BLOCK_BYTES_MAX + 1))).toThrow(CodecError);
  });

  it('never does worse than refuse random and mutilated bytes (seed 42)', () => {
    const random = createRandom(42);
    const good = encodeBlock(block);
    for (let round = 0; round < 3_000; round += 1) {
      const bytes = round % 3 === 0 ? random.bytes(random.below(400)) : Uint8Array.from(good);
      for (let flips = random.below(4); flips > 0 && bytes.length > 0; flips -= 1) bytes[random.below(bytes.length)] = random.below(256);
      try {
        decodeBlock(bytes.subarray(0, random.below(bytes.length + 1)));
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    }
  });
});

describe('block signature', () => {
  const [signature] = block.signatures;

  it('holds for this block alone', () => {
    expect(signature && verifyBlockSignature(header, signature, verifySignature)).toBe(true);
    expect(signature && verifyBlockSignature({ ...header, stateRoot: ZERO_HASH }, signature, verifySignature)).toBe(false);
    expect(signature && verifyBlockSignature({ ...header, chain: chainId('tide-4418') }, signature, verifySignature)).toBe(false);
  });

  it('is made over chain, height, round and hash', () => {
    const statements = [
      signedStatement(header.chain, header.height, 0, hashHeader(header)),
      signedStatement(header.chain, header.height, 1, hashHeader(header)),
      signedStatement(header.chain, height(8), 0, hashHeader(header)),
      signedStatement(chainId('tide-4418'), header.height, 0, hashHeader(header)),
      signedStatement(header.chain, header.height, 0, ZERO_HASH),
    ].map((bytes) => Buffer.from(bytes).toString('hex'));
    expect(new Set(statements).size).toBe(statements.length);
  });
});

describe('comparing an own execution with a block', () => {
  const executed = {
    transactions: [],
    dropped: [],
    stateRoot: header.stateRoot,
    receiptRoot: header.receiptRoot,
    transactionRoot: header.transactionRoot,
    eventRoot: header.eventRoot,
    frameworkHeader,
    writes: [],
  };
  const place = { ...header, validators: [signer.publicKey] };

  it('finds nothing when everything is alike', () => {
    expect(findDifference(header, buildHeader(place, executed))).toBeUndefined();
  });

  it.each(['stateRoot', 'receiptRoot', 'transactionRoot', 'eventRoot'] as const)('names a different %s with both values', (root) => {
    const other = hash('99'.repeat(32));
    expect(findDifference(header, buildHeader(place, { ...executed, [root]: other }))).toBe(`${root} is ${other} here and ${header[root]} in the block`);
  });

  it('sees a different framework header and a different set of peers', () => {
    expect(findDifference(header, buildHeader(place, { ...executed, frameworkHeader: Buffer.from('x') }))).toMatch(/frameworkHeaderHash/);
    expect(findDifference(header, buildHeader({ ...place, validators: [] }, executed))).toMatch(/besides the roots/);
  });
});
