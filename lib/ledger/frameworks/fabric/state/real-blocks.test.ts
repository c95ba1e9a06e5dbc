import { describe, expect, it } from 'vitest';
import { MemoryState } from '../../../storage/memory/memory-state';
import { computeCommitHash } from '../protocol/block/compute-commit-hash';
import { hashHeader } from '../protocol/block/header-hash';
import { readCommitHash } from '../protocol/block/read-metadata';
import { unpackBlock, type UnpackedBlock } from '../protocol/block/unpack-block';
import { HEADER_TYPES, METADATA_SLOTS } from '../protocol/messages';
import { unpackHeaders } from '../protocol/transaction/unpack-headers';
import { unpackTransaction } from '../protocol/transaction/unpack-transaction';
import { readRealBlocks } from '../vectors/read-block-file';
import { checkRwset } from './check-rwset';
import { encodeRwset } from './encode-rwset';
import { applyTo } from './testing/test-ledger';
import { validateBlock, type BlockTransaction } from './validate-block';
import { VALIDATION_CODES } from '../protocol/transaction/validation-codes';

const blocks = readRealBlocks().map((bytes) => unpackBlock(bytes));
const filterOf = (block: UnpackedBlock): Uint8Array => block.metadata[METADATA_SLOTS.TRANSACTIONS_FILTER] ?? new Uint8Array(0);

/** Bytes of the read-write set in an endorser's transaction. */
function resultsOf(envelope: Uint8Array): Uint8Array {
  return unpackTransaction(envelope, (rwset) => checkRwset(rwset).rwset?.namespaces.map(({ namespace }) => namespace)).results;
}

/** As ordered, without that peer's verdict. */
function transactionOf(envelope: Uint8Array): BlockTransaction {
  const { type, txId } = unpackHeaders(envelope).channelHeader;
  if (type !== HEADER_TYPES.ENDORSER_TRANSACTION) return { txId, code: VALIDATION_CODES.VALID, rwset: undefined, isEndorsed: false };
  const checked = checkRwset(resultsOf(envelope));
  return { txId, code: checked.code, rwset: checked.rwset, isEndorsed: true };
}

describe('the blocks of a real Fabric, validated by us', () => {
  it('get the codes of that peer and, one upon the other, its commit hashes: every key, value and version', () => {
    const state = new MemoryState();
    let previous: Uint8Array = new Uint8Array(0);
    let writes = 0;
    for (const [index, block] of blocks.entries()) {
      const transactions = block.envelopes.map(transactionOf);
      const validated = validateBlock({ number: index, headerHash: hashHeader(block.header), transactions, collectionsOf: () => undefined }, state);
      expect([...validated.codes], `block ${index}`).toEqual([...filterOf(block)]);
      applyTo(state, validated.writes);
      if (index === 0) continue;
      const { updates } = validated;
      writes += updates.reduce((sum, one) => sum + one.updates.length + one.collections.reduce((inner, part) => inner + part.updates.length, 0), 0);
      previous = computeCommitHash(validated.codes, updates, previous);
      expect(Buffer.from(previous).toString('hex'), `block ${index}`).toBe(Buffer.from(readCommitHash(block)).toString('hex'));
    }
    expect(writes).toBeGreaterThan(40);
  });

  it('have read-write sets that come out of our hands byte for byte', () => {
    const isEndorsed = (envelope: Uint8Array) => unpackHeaders(envelope).channelHeader.type === HEADER_TYPES.ENDORSER_TRANSACTION;
    const results = blocks.flatMap(({ envelopes }) => envelopes.filter(isEndorsed).map(resultsOf));
    expect(results).toHaveLength(15);
    for (const bytes of results) {
      const { rwset } = checkRwset(bytes);
      expect(Buffer.from(encodeRwset(rwset ?? { namespaces: [] })).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
    }
  });
});
