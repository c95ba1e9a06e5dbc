import { describe, expect, it } from 'vitest';
import { certifyBlock } from '../testing/certify-block';
import { createRandom } from '../testing/random';
import { BLOCK_BYTES_MAX, decodeBlock, decodeBody, decodeHeader, encodeBlock, encodeBody, encodeHeader, hashBody, hashHeader, type Block } from './block';
import { CodecError } from './codec';
import { findCertificateFault } from './consensus/certificate';
import { encodeRules, type ChainRules } from './consensus/rules';
import { createKey, sha256Hex, verifySignature } from './crypto';
import type { ExecutedBlock } from './framework';
import type { BlockHeader } from './host-types';
import { attestBlock, draftBlock, findDifference, isAttested, type BlockPlace } from './seal-block';
import { nameOfRules } from './rules-history';
import { chainId, hash, height, timeMs, ZERO_HASH } from './types';

const signer = createKey().signer;
const frameworkHeader = Buffer.from('framework header');
const rules: ChainRules = { finality: 'solo', validators: [{ name: 'SIN', publicKey: signer.publicKey }], engineVersion: 1 };
const transactions = [Buffer.from('one'), new Uint8Array(0), Buffer.from('three')];
const header: BlockHeader = {
  chain: chainId('tide-4417'),
  height: height(7),
  previousHash: hash('11'.repeat(32)),
  transactionRoot: hash('22'.repeat(32)),
  receiptRoot: hash('33'.repeat(32)),
  eventRoot: ZERO_HASH,
  stateRoot: hash('44'.repeat(32)),
  frameworkHeaderHash: sha256Hex(frameworkHeader),
  bodyHash: hashBody({ transactions }),
  time: timeMs(1_760_000_000_123),
  engineVersion: 1,
  proposer: signer.publicKey,
  validators: nameOfRules(rules),
  nextValidators: nameOfRules(rules),
};
const block: Block = {
  header,
  frameworkHeader,
  transactions,
  certificate: certifyBlock(header, [signer]),
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
      { bodyHash: ZERO_HASH },
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
    expect(decoded.certificate.signatures).toHaveLength(1);
    expect([decoded.genesis, decoded.change, decoded.attestation]).toEqual([undefined, undefined, undefined]);
  });

  it('carries the word of the peer whose copy it is, beside the certificate', () => {
    const attestation = attestBlock(header.chain, header.height, hashHeader(header), signer);
    const decoded = decodeBlock(encodeBlock({ ...block, attestation }));
    expect(Buffer.from(decoded.attestation?.signature ?? [])).toEqual(Buffer.from(attestation.signature));
    expect(encodeBlock(decoded)).toEqual(encodeBlock({ ...block, attestation }));
  });

  it('has a body that says the same under another certificate, and is its beginning', () => {
    const other = encodeBlock({ ...block, certificate: { round: 3, signatures: [] } });
    const body = encodeBody(block);
    expect(Buffer.from(other.subarray(0, body.length))).toEqual(Buffer.from(body));
    expect(hashHeader(decodeBody(body).header)).toBe(hashHeader(header));
    for (let length = 0; length < body.length; length += 1) expect(() => decodeBody(body.subarray(0, length)), `${length} bytes`).toThrow(CodecError);
    expect(() => decodeBody(Buffer.concat([body, Uint8Array.of(0)]))).toThrow(CodecError);
  });

  it('refuses transactions that the header does not name: one changed, missing, added or in another order', () => {
    const [one, two, three] = transactions as [Uint8Array, Uint8Array, Uint8Array];
    for (const others of [[Buffer.from('0ne'), two, three], [one, three], [one, two, three, two], [three, two, one], [Buffer.from('on'), Buffer.from('e'), three]]) {
      expect(() => decodeBlock(encodeBlock({ ...block, transactions: others }))).toThrow(/transactions are not the named ones/);
    }
  });

  it('carries a change of the rules alone, and only the named one', () => {
    const change = encodeRules({ ...rules, engineVersion: 2 });
    const changing: Block = { ...block, transactions: [], change, header: { ...header, bodyHash: hashBody({ transactions: [], change }) } };
    expect(Buffer.from(decodeBlock(encodeBlock(changing)).change ?? [])).toEqual(Buffer.from(change));
    expect(() => decodeBlock(encodeBlock({ ...changing, change: encodeRules(rules) }))).toThrow(/not the named ones/);
    expect(() => decodeBlock(encodeBlock({ ...block, transactions: [] }))).toThrow(/not the named ones/);
    const both: Block = { ...changing, transactions, header: { ...header, bodyHash: hashBody({ transactions, change }) } };
    expect(() => decodeBlock(encodeBlock(both))).toThrow(/a block of its own/);
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
    for (const format of [1, 3]) {
      bytes[0] = format;
      expect(() => decodeBlock(bytes)).toThrow(`format ${format}, this program reads 2`);
    }
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

describe('attestation', () => {
  const attestation = attestBlock(header.chain, header.height, hashHeader(header), signer);

  it('holds for this block and this key alone', () => {
    expect(isAttested(header, attestation, verifySignature)).toBe(true);
    expect(isAttested({ ...header, stateRoot: ZERO_HASH }, attestation, verifySignature)).toBe(false);
    expect(isAttested({ ...header, chain: chainId('tide-4418') }, attestation, verifySignature)).toBe(false);
    expect(isAttested(header, { ...attestation, publicKey: createKey().signer.publicKey }, verifySignature)).toBe(false);
  });

  it('is no vote: neither counts where the other belongs', () => {
    const [vote] = certifyBlock(header, [signer]).signatures;
    if (vote === undefined) throw new Error('one validator signed');
    expect(isAttested(header, { publicKey: signer.publicKey, signature: vote.signature }, verifySignature)).toBe(false);
    const certificate = { round: 0, signatures: [{ validator: 0, signature: attestation.signature }] };
    expect(findCertificateFault({ chain: header.chain, height: header.height, hash: hashHeader(header) }, certificate, rules, verifySignature)).toMatch(/wrong signature of SIN/);
  });
});

describe('comparing an own execution with a block', () => {
  const executed: ExecutedBlock = {
    transactions: transactions.map((bytes) => ({ id: sha256Hex(bytes), bytes, succeeded: true })),
    dropped: [],
    stateRoot: header.stateRoot,
    receiptRoot: header.receiptRoot,
    transactionRoot: header.transactionRoot,
    eventRoot: header.eventRoot,
    frameworkHeader,
    writes: [],
  };
  const place: BlockPlace = { chain: header.chain, height: header.height, previousHash: header.previousHash, time: header.time, proposer: header.proposer, rules, nextRules: rules };
  const differenceOf = (otherPlace: Partial<BlockPlace>, other: Partial<ExecutedBlock> = {}) => findDifference(header, draftBlock({ ...place, ...otherPlace }, { ...executed, ...other }).header);

  it('finds nothing when everything is alike, and drafts the same bytes', () => {
    expect(differenceOf({})).toBeUndefined();
    expect(Buffer.from(draftBlock(place, executed).body)).toEqual(Buffer.from(encodeBody(block)));
  });

  it.each(['stateRoot', 'receiptRoot', 'transactionRoot', 'eventRoot'] as const)('names a different %s with both values', (root) => {
    const other = hash('99'.repeat(32));
    expect(differenceOf({}, { [root]: other })).toBe(`${root} is ${other} here and ${header[root]} in the block`);
  });

  it('sees a different framework header, and different rules before or after the block', () => {
    expect(differenceOf({}, { frameworkHeader: Buffer.from('x') })).toMatch(/frameworkHeaderHash/);
    const other: ChainRules = { ...rules, validators: [] };
    expect(differenceOf({ rules: other })).toMatch(/besides the roots/);
    expect(differenceOf({ nextRules: other })).toMatch(/besides the roots/);
    expect(differenceOf({}, { transactions: executed.transactions.slice(1) })).toMatch(/besides the roots/);
  });
});
