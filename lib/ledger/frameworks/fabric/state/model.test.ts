import { describe, expect, it } from 'vitest';
import type { QueryIterator } from './query-iterator';
import { Simulator } from './simulator';
import { publicKey } from './state-keys';
import { runModel, type ModelRunParts } from './testing/model-run';
import { drain } from './testing/test-ledger';
import { validateBlock, type BlockTransaction, type ValidatedBlock } from './validate-block';
import { VALIDATION_CODES, type ValidationCode } from '../protocol/transaction/validation-codes';
import { decodeVersioned, encodeVersioned } from './versioned-value';

const firstSeed = Number(process.env.SEED ?? 1);

describe('the world state', () => {
  it.each(Array.from({ length: 60 }, (_, index) => firstSeed + index))('is that of a naive executor, code by code and key by key (seed %i)', (seed) => {
    expect(runModel(seed)).toBeUndefined();
  });
});

/** Validation of blocks whose read-write sets say something else. */
function changed(change: (rwset: NonNullable<BlockTransaction['rwset']>) => NonNullable<BlockTransaction['rwset']>): ModelRunParts {
  return {
    validate: (block, state) => validateBlock({ ...block, transactions: block.transactions.map((one) => ({ ...one, rwset: one.rwset && change(one.rwset) })) }, state),
  };
}

const mapNamespaces = (change: (one: NonNullable<BlockTransaction['rwset']>['namespaces'][number]) => object) =>
  changed(({ namespaces }) => ({ namespaces: namespaces.map((one) => ({ ...one, ...change(one) })) }));

class ReadsItsWrites extends Simulator {
  readonly #written = new Map<string, Uint8Array>();

  override putState(namespace: string, key: string, value: Uint8Array): void {
    this.#written.set(`${namespace}|${key}`, value);
    super.putState(namespace, key, value);
  }

  override getState(namespace: string, key: string): Uint8Array | undefined {
    return this.#written.get(`${namespace}|${key}`) ?? super.getState(namespace, key);
  }
}

class SortsAsJavaScript extends Simulator {
  override getStateByRange(namespace: string, start: string, end: string): QueryIterator {
    const results = drain(super.getStateByRange(namespace, start, end)).sort((a, b) => (a.key < b.key ? -1 : 1));
    return { next: () => results.shift(), bookmark: () => '' };
  }
}

/** Metadata alone do not move the version. */
const forgetsMetadataVersion: ModelRunParts = {
  validate: (block, state) => {
    const validated = validateBlock(block, state);
    const isPublic = (key: Uint8Array) => key[0] === publicKey('n', 'k')[0];
    const writes = validated.writes.map((write) => {
      const before = state.get(write.key);
      if (write.value === undefined || before === undefined || !isPublic(write.key)) return write;
      const [old, now] = [decodeVersioned(before), decodeVersioned(write.value)];
      return Buffer.compare(old.value, now.value) === 0 ? { ...write, value: encodeVersioned({ ...now, version: old.version }) } : write;
    });
    return { ...validated, writes };
  },
};

/** Each transaction is looked at as if it were alone in its block. */
const forgetsTheBlock: ModelRunParts = {
  validate: (block, state): ValidatedBlock => {
    const transactions = block.transactions.map((one, index) => {
      const alone = block.transactions.map((other, at) => (at === index ? other : { ...other, rwset: undefined }));
      const code = (validateBlock({ ...block, transactions: alone }, state).codes[index] ?? VALIDATION_CODES.VALID) as ValidationCode;
      const rwset = one.rwset && { namespaces: one.rwset.namespaces.map((part) => ({ ...part, reads: [], rangeQueries: [], collections: part.collections.map((inner) => ({ ...inner, reads: [] })) })) };
      return { ...one, code, rwset };
    });
    return validateBlock({ ...block, transactions }, state);
  },
};

describe('a mistake is noticed', () => {
  it.each<[string, ModelRunParts]>([
    ['ranges are not looked at again', mapNamespaces(() => ({ rangeQueries: [] }))],
    ['reads are not looked at again', mapNamespaces(() => ({ reads: [] }))],
    ['hashed reads are not looked at again', mapNamespaces(({ collections }) => ({ collections: collections.map((one) => ({ ...one, reads: [] })) }))],
    ['the last key that was seen is left out', mapNamespaces(({ rangeQueries }) => ({ rangeQueries: rangeQueries.map((one) => ({ ...one, isExhausted: true })) }))],
    ['metadata do not move the version', forgetsMetadataVersion],
    ['metadata are forgotten', mapNamespaces(() => ({ metadataWrites: [] }))],
    ['the block before a transaction is forgotten', forgetsTheBlock],
    ['a transaction reads its own writes', { makeSimulator: (input) => new ReadsItsWrites(input) }],
    ['ranges are sorted as JavaScript sorts', { makeSimulator: (input) => new SortsAsJavaScript(input) }],
  ])('when %s', (_what, parts) => {
    const found = Array.from({ length: 100 }, (_, index) => firstSeed + index).some((seed) => runModel(seed, parts) !== undefined);
    expect(found, `seeds from ${firstSeed}`).toBe(true);
  });
});
