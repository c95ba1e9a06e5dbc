import { ledger, msp } from '@hyperledger/fabric-protos';
import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FindIdentity } from '../identity';
import { METADATA_SLOTS } from '../messages';
import { verifyEcdsa } from '../signature';
import { checkTransaction, type TransactionVerdict } from '../transaction/check-transaction';
import { listEndorsements, type SignedStatement } from '../transaction/list-endorsements';
import { readRealBlocks } from '../../vectors/read-block-file';
import { encodeBlock } from './build-block';
import { computeCommitHash, type NamespaceUpdates, type StateUpdate } from './compute-commit-hash';
import { hashHeader } from './header-hash';
import { listBlockSignatures, readCommitHash, readLastConfigIndex } from './read-metadata';
import { unpackBlock, type UnpackedBlock } from './unpack-block';

const bytesOfBlocks = readRealBlocks();
const blocks = bytesOfBlocks.map((bytes) => unpackBlock(bytes));

/** Takes a certificate as it stands: whether an authority stands behind it is another room's question. */
const findIdentity: FindIdentity = (serialized) => {
  const identity = msp.SerializedIdentity.deserializeBinary(serialized);
  const { publicKey } = new X509Certificate(Buffer.from(identity.getIdBytes_asU8()));
  return { mspId: identity.getMspid(), isValid: () => true, verify: (message, signature) => verifyEcdsa(publicKey, message, signature) };
};
const holds = ({ identity, statement, signature }: SignedStatement) => findIdentity(identity)?.verify(statement, signature);
const readNamespaces = (results: Uint8Array) => ledger.rwset.TxReadWriteSet.deserializeBinary(results).getNsRwsetList().map((one) => one.getNamespace());
const judge = (envelope: Uint8Array) => checkTransaction(envelope, { channelId: 'testchannel', findIdentity, isKnown: () => false, readNamespaces });

type Written = Map<string, { readonly collection: string; readonly update: StateUpdate }>;

function listUpdates(block: UnpackedBlock): NamespaceUpdates[] {
  const byNamespace = new Map<string, Written>();
  block.envelopes.forEach((bytes, index) => {
    const verdict = judge(bytes);
    if (verdict.kind !== 'endorser' || block.metadata[METADATA_SLOTS.TRANSACTIONS_FILTER]?.[index] !== 0) return;
    const version = { block: block.header.number, transaction: BigInt(index) };
    for (const one of ledger.rwset.TxReadWriteSet.deserializeBinary(verdict.transaction.results).getNsRwsetList()) {
      const written: Written = byNamespace.get(one.getNamespace()) ?? new Map();
      const note = (collection: string, key: Uint8Array, value: Uint8Array | undefined) => {
        written.set(`${collection}/${Buffer.from(key).toString('hex')}`, { collection, update: { key, value, version } });
        byNamespace.set(one.getNamespace(), written);
      };
      for (const write of ledger.rwset.kvrwset.KVRWSet.deserializeBinary(one.getRwset_asU8()).getWritesList()) {
        note('', Buffer.from(write.getKey()), write.getIsDelete() ? undefined : write.getValue_asU8());
      }
      for (const collection of one.getCollectionHashedRwsetList()) {
        for (const write of ledger.rwset.kvrwset.HashedRWSet.deserializeBinary(collection.getHashedRwset_asU8()).getHashedWritesList()) {
          note(collection.getCollectionName(), write.getKeyHash_asU8(), write.getIsDelete() ? undefined : write.getValueHash_asU8());
        }
      }
    }
  });
  return [...byNamespace].map(([namespace, written]) => {
    const all = [...written.values()].toReversed();
    const of = (collection: string) => all.filter((one) => one.collection === collection).map((one) => one.update);
    const names = [...new Set(all.map((one) => one.collection))].filter((name) => name !== '');
    return { namespace, updates: of(''), collections: names.map((collection) => ({ collection, updates: of(collection) })) };
  });
}

describe('the blocks of a real Fabric', () => {
  it('are 20, and come out of our hands byte for byte', () => {
    expect(blocks).toHaveLength(20);
    blocks.forEach((block, index) => {
      expect(Buffer.from(encodeBlock(block.header, block.envelopes, block.metadata)).equals(bytesOfBlocks[index] ?? Buffer.alloc(0)), `block ${index}`).toBe(true);
    });
  });

  it('form a chain by our header hash', () => {
    blocks.slice(1).forEach((block, index) => {
      const before = blocks[index] as UnpackedBlock;
      expect(Buffer.from(hashHeader(before.header)).toString('hex'), `block ${index}`).toBe(Buffer.from(block.header.previousHash).toString('hex'));
    });
  });

  it('are signed by their orderer over the bytes that we say, and name the last configuration', () => {
    for (const block of blocks.slice(1)) {
      const signatures = listBlockSignatures(block);
      expect(signatures.map(holds), `block ${block.header.number}`).toEqual([true]);
      expect(readLastConfigIndex(block)).toBeLessThanOrEqual(block.header.number);
    }
    expect(blocks.map((block) => Number(readLastConfigIndex(block)))).toEqual([...blocks.keys()].map((number) => Math.min(number, 4)));
  });

  it('hold transactions that we judge as that peer did, with endorsements that hold', () => {
    const kinds: TransactionVerdict['kind'][] = [];
    let endorsements = 0;
    for (const block of blocks.slice(1)) {
      for (const bytes of block.envelopes) {
        const verdict = judge(bytes);
        kinds.push(verdict.kind);
        if (verdict.kind !== 'endorser') continue;
        const statements = listEndorsements(verdict.transaction);
        expect(statements.map(holds)).toEqual(statements.map(() => true));
        endorsements += statements.length;
      }
    }
    expect(kinds.filter((kind) => kind === 'invalid')).toEqual([]);
    expect(kinds.filter((kind) => kind === 'config')).toHaveLength(4);
    expect(kinds.filter((kind) => kind === 'endorser')).toHaveLength(15);
    expect(endorsements).toBeGreaterThanOrEqual(15);
  });

  it('have the commit hashes that we compute from their writes, one upon the other', () => {
    expect(readCommitHash(blocks[0] as UnpackedBlock)).toHaveLength(0);
    let previous: Uint8Array = new Uint8Array(0);
    for (const block of blocks.slice(1)) {
      previous = computeCommitHash(block.metadata[METADATA_SLOTS.TRANSACTIONS_FILTER] ?? new Uint8Array(0), listUpdates(block), previous);
      expect(Buffer.from(previous).toString('hex'), `block ${block.header.number}`).toBe(Buffer.from(readCommitHash(block)).toString('hex'));
    }
  });
});
