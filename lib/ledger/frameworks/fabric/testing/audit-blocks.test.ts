import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildHeader, encodeBlock } from '../protocol/block/build-block';
import { encodeHeaderDer, hashHeader } from '../protocol/block/header-hash';
import { encodeFilterSlot, encodeOrdererValue, metadataSlots, signBlockSlot } from '../protocol/block/metadata';
import { decodeEcdsaDer, encodeEcdsaDer } from '../protocol/signature';
import { connectLocally } from '../protocol/testing/local-client';
import { createIdentity, findAmong, type TestIdentity } from '../protocol/testing/test-organisations';
import { VALIDATION_CODES, type ValidationCode } from '../protocol/transaction/validation-codes';
import { readRealBlocks } from '../vectors/read-block-file';
import { auditBlocks } from './audit-blocks';

let alice: TestIdentity;
let endorser: TestIdentity;
let orderer: TestIdentity;
let envelopes: Uint8Array[];
beforeAll(async () => {
  [alice, endorser, orderer] = (await Promise.all([createIdentity('Org1MSP', 'alice'), createIdentity('Org1MSP', 'peer'), createIdentity('OrdererMSP', 'orderer')])) as [TestIdentity, TestIdentity, TestIdentity];
  const local = connectLocally({ client: alice, endorsers: [endorser], findIdentity: findAmong([alice]), play: () => ({ result: 'done' }) });
  const contract = local.gateway.getNetwork('one').getContract('basic');
  for (const name of ['a', 'b', 'c', 'd']) await contract.submitAsync('Create', { arguments: [name] });
  envelopes = local.submitted;
});

/** A chain of blocks with these transactions and codes, built by the engine. */
function chain(blocks: readonly { readonly envelopes: readonly Uint8Array[]; readonly codes?: readonly ValidationCode[] }[], sign = orderer): Uint8Array[] {
  let previous: Uint8Array = Buffer.alloc(32, 1);
  return blocks.map((one, index) => {
    const header = buildHeader(BigInt(index + 1), previous, one.envelopes);
    previous = hashHeader(header);
    const slot = signBlockSlot(encodeOrdererValue(0n), encodeHeaderDer(header), sign, Buffer.alloc(24, index));
    return encodeBlock(header, one.envelopes, metadataSlots({ SIGNATURES: slot, TRANSACTIONS_FILTER: encodeFilterSlot(one.codes ?? one.envelopes.map(() => VALIDATION_CODES.VALID)) }));
  });
}

/** The same block with one change, which leaves hashes and signatures as they were. */
function tamper(block: Uint8Array | undefined, change: (block: common.Block) => void): Uint8Array {
  const read = common.Block.deserializeBinary(block ?? new Uint8Array(0));
  change(read);
  return read.serializeBinary();
}

/** An envelope whose payload's bytes are changed, signed by its creator anew. */
function resign(envelope: Uint8Array | undefined, change: (payload: Buffer) => void, signer = alice): Uint8Array {
  const read = common.Envelope.deserializeBinary(envelope ?? new Uint8Array(0));
  const payload = Buffer.from(read.getPayload_asU8());
  change(payload);
  read.setPayload(payload);
  read.setSignature(signer.sign(payload));
  return read.serializeBinary();
}

const nothing = new Uint8Array(0);
const findings = (blocks: readonly Uint8Array[]) => auditBlocks(blocks).findings;

describe('the auditor', () => {
  it('finds nothing wrong with the blocks of a real Fabric', () => {
    expect(auditBlocks(readRealBlocks())).toEqual({ blocks: 20, transactions: 20, signatures: 60, commitHashes: 19, judged: 15, findings: [] });
  });

  it('finds nothing wrong with what the official client sent and the engine built', () => {
    expect(auditBlocks(chain([{ envelopes: envelopes.slice(0, 2) }, { envelopes: envelopes.slice(2) }]))).toEqual({ blocks: 2, transactions: 4, signatures: 10, commitHashes: 0, judged: 0, findings: [] });
  });

  it('passes over transactions that nobody says are valid', () => {
    const forged = resign(envelopes[0], () => undefined, endorser);
    expect(findings(chain([{ envelopes: [forged], codes: [VALIDATION_CODES.BAD_CREATOR_SIGNATURE] }]))).toEqual([]);
    expect(findings(chain([{ envelopes: [forged] }]))).toEqual(["block 1: transaction 0: its creator's signature does not hold"]);
  });

  it('notices a block left out, and one of another chain', () => {
    const whole = chain([{ envelopes: envelopes.slice(0, 1) }, { envelopes: envelopes.slice(1, 2) }, { envelopes: envelopes.slice(2) }]);
    expect(findings([whole[0], whole[2]] as Uint8Array[])).toEqual(['block 3: follows block 1', 'block 3: its previous hash is not that of the block before']);
    const other = chain([{ envelopes: envelopes.slice(2) }, { envelopes: envelopes.slice(1, 2) }]);
    expect(findings([whole[0], other[1]] as Uint8Array[])).toEqual(['block 2: its previous hash is not that of the block before']);
  });

  it.each<[string, (block: common.Block) => void, RegExp[]]>([
    ['a transaction taken out', (block) => block.getData()?.setDataList([]), [/its data hash/, /has 0 transactions and 1 codes/]],
    ['another number', (block) => block.getHeader()?.setNumber(9), [/its orderer's signature does not hold/]],
    ['another block before it', (block) => block.getHeader()?.setPreviousHash(Buffer.alloc(32)), [/its orderer's signature does not hold/]],
    ['no code for its transaction', (block) => block.getMetadata()?.setMetadataList([block.getMetadata()?.getMetadataList_asU8()[0] ?? nothing, nothing, nothing]), [/has 1 transactions and 0 codes/]],
    ['no signature', (block) => block.getMetadata()?.setMetadataList([nothing, nothing, Buffer.of(0)]), [/is signed by nobody/]],
  ])('notices a block with %s', (_name, change, expected) => {
    const found = findings([tamper(chain([{ envelopes: envelopes.slice(0, 1) }])[0], change)]);
    expect(found).toHaveLength(expected.length);
    expected.forEach((words, index) => expect(found[index]).toMatch(words));
  });

  it('notices a transaction whose endorsement, answer or name was changed, though its creator signed the change', () => {
    const at = (payload: Buffer, text: string, from = 0) => payload.indexOf(text, from);
    const flip = (where: (payload: Buffer) => number) => (payload: Buffer) => {
      const place = where(payload);
      expect(place).toBeGreaterThan(0);
      payload[place] = (payload[place] ?? 0) ^ 1;
    };
    const audit = (change: (payload: Buffer) => void) => findings(chain([{ envelopes: [resign(envelopes[0], change)] }]));
    expect(audit(flip((payload) => at(payload, 'read-write set')))).toEqual(['block 1: transaction 0: the endorsement of Org1MSP does not hold']);
    expect(audit(flip((payload) => payload.length - 3))).toEqual(['block 1: transaction 0: the endorsement of Org1MSP does not hold']);
    // The name stands in the channel header, which the proposal's hash is over.
    expect(audit(flip((payload) => at(payload, 'one') + 6))).toEqual(['block 1: transaction 0: its name is not the hash of nonce and creator', 'block 1: transaction 0: its response is of another proposal']);
    expect(audit(flip((payload) => at(payload, 'Create')))).toEqual(['block 1: transaction 0: its response is of another proposal']);
    expect(audit(flip((payload) => at(payload, 'basic')))[0]).toMatch(/its response is of another proposal/);
  });

  it('notices one name twice, in one block and in two', () => {
    const [one = new Uint8Array(0)] = envelopes;
    expect(findings(chain([{ envelopes: [one, one] }]))).toEqual(['block 1: transaction 1: block 1 has one of the same name']);
    expect(findings(chain([{ envelopes: [one] }, { envelopes: [one] }]))).toEqual(['block 2: transaction 0: block 1 has one of the same name']);
    expect(findings(chain([{ envelopes: [one, one], codes: [VALIDATION_CODES.VALID, VALIDATION_CODES.DUPLICATE_TXID] }]))).toEqual([]);
  });

  it('notices the higher s, which OpenSSL takes', () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const high: TestIdentity = {
      ...orderer,
      sign(message) {
        const numbers = decodeEcdsaDer(orderer.sign(message));
        return numbers === undefined ? Buffer.alloc(0) : encodeEcdsaDer({ r: numbers.r, s: order - numbers.s });
      },
    };
    expect(findings(chain([{ envelopes: envelopes.slice(0, 1) }], high))).toEqual(["block 1: its orderer's signature has the higher s"]);
  });

  it('notices a state that went another way: a code changed, a write changed, a commit hash changed', () => {
    const real = readRealBlocks();
    const slot = (change: (slots: Uint8Array[]) => void) => (block: common.Block) => {
      const slots = block.getMetadata()?.getMetadataList_asU8() ?? [];
      change(slots);
      block.getMetadata()?.setMetadataList(slots);
    };
    const withBlock = (index: number, change: (block: common.Block) => void) => findings([...real.slice(0, index), tamper(real[index], change)]);
    const metadata = new common.Metadata();
    metadata.setValue(Buffer.alloc(32, 1));
    expect(withBlock(18, slot((slots) => slots.splice(2, 1, Buffer.of(11))))).toEqual(['block 18: transaction 0: it has code 11 and not 0: nothing is wrong with it', 'block 18: its commit hash is not that of its writes']);
    expect(withBlock(18, slot((slots) => slots.splice(4, 1, metadata.serializeBinary())))).toEqual(['block 18: its commit hash is not that of its writes']);
    const found = withBlock(18, (block) => {
      const [envelope = nothing] = block.getData()?.getDataList_asU8() ?? [];
      const changed = Buffer.from(envelope);
      const place = changed.lastIndexOf('marble100');
      changed[place] = 0x4d;
      block.getData()?.setDataList([changed]);
    });
    expect(found).toContain('block 18: its commit hash is not that of its writes');
  });

  it('notices bytes that are no block', () => {
    expect(() => auditBlocks([Buffer.from('0aff', 'hex')])).toThrow(/cut off/);
  });

  it('imports nothing of the engine', () => {
    const files = readdirSync(import.meta.dirname).filter((name) => name.startsWith('audit-') && !name.endsWith('.test.ts'));
    expect(files.length).toBeGreaterThan(10);
    for (const name of files) {
      const imports = [...readFileSync(path.join(import.meta.dirname, name), 'utf8').matchAll(/from '([^']+)'/g)].map((one) => one[1]);
      expect(imports.filter((one) => !/^(node:(crypto|fs)|\.\/audit-[a-z-]+)$/.test(one ?? '')), name).toEqual([]);
    }
  });

  it('is a program that reads files and ends with 1 when something is wrong', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'audit-blocks-'));
    try {
      const whole = chain([{ envelopes: envelopes.slice(0, 1) }, { envelopes: envelopes.slice(1) }]);
      const files = whole.map((bytes, index) => {
        const file = path.join(directory, `${index}.block`);
        writeFileSync(file, bytes);
        return file;
      });
      const run = (list: string[]) => spawnSync(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, 'audit-blocks-process.ts'), ...list], { encoding: 'utf8' });
      expect(run(files)).toMatchObject({ status: 0, stdout: '2 blocks, 4 transactions, 10 signatures, 0 commit hashes, 0 policies and reads, 0 findings\n' });
      expect(run([...files].reverse())).toMatchObject({ status: 1, stdout: expect.stringMatching(/^block 1: follows block 2\n/) });
      expect(run([])).toMatchObject({ status: 1 });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
