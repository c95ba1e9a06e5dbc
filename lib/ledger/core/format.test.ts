import { describe, expect, it } from 'vitest';
import { SEGMENT_HEAD_BYTES } from '../storage/disk/segment';
import { FrameKind, writeFrame } from '../storage/disk/frame';
import { encodeCounterTransaction } from '../testing/counter-framework';
import { encodeBlock, encodeHeader, hashHeader, hashValidators, signedStatement, type Block } from './block';
import { sha256Hex } from './crypto';
import { encodeGenesis } from './genesis';
import { merkleRoot } from './merkle';
import { nextStateRoot } from './state-root';
import { encodeStopNote } from './stop-note';
import { chainId, hash, height, timeMs, ZERO_HASH } from './types';

// Ledgers outlive programs: whoever changes one of these bytes must raise a format number and read the old one too.
describe('what lies on disks and is signed stays as it is', () => {
  const key = Buffer.from('a public key');
  const header: Block['header'] = {
    chain: chainId('tide-4417'),
    height: height(7),
    previousHash: hash('11'.repeat(32)),
    transactionRoot: hash('22'.repeat(32)),
    receiptRoot: hash('33'.repeat(32)),
    eventRoot: ZERO_HASH,
    stateRoot: hash('44'.repeat(32)),
    frameworkHeaderHash: sha256Hex(Buffer.from('framework header')),
    time: timeMs(1_760_000_000_123),
    engineVersion: 1,
    proposer: key,
    validators: hashValidators([key]),
    nextValidators: hashValidators([key]),
  };
  const block: Block = { header, frameworkHeader: Buffer.from('framework header'), transactions: [Buffer.from('one')], signatures: [{ publicKey: key, signature: Buffer.alloc(64, 1) }] };
  const frame = Buffer.alloc(64);
  writeFrame(frame, 0, { kind: FrameKind.block, chain: 42, sequence: 7, payload: Buffer.from('payload') }, { salt: Buffer.alloc(16, 7), segment: 3, offset: 1_000 });

  it.each<[string, Uint8Array, string]>([
    ['header', encodeHeader(header), '84673ddffa2847609c29a0c3894fca2a18d93e93f41a1227f9e125253d3d75c9'],
    ['block record', encodeBlock(block), '292c614a7a5486f2868665e36f33a03fff1ce067c75ce94a8c38a32c17239fad'],
    ['signed statement', signedStatement(header.chain, header.height, 0, hashHeader(header)), '0455997602d98104a093ec651fa5be6799b684e7c90e81215f1cf4ad3762bc73'],
    [
      'genesis document',
      encodeGenesis({ chain: header.chain, framework: 'counter', config: { b: 1, a: ['x'] }, time: header.time, finality: 'solo', peers: [{ name: 'SIN', publicKey: key, orders: true }] }),
      '355907a7c8ef61f0a100692fedce09a28f49b97abcfbc555efe9386b3216bfea',
    ],
    ['stop note', encodeStopNote({ by: 'fault', reason: 'why', height: height(3), time: header.time }), '6e419c30ecee846976ce3d0ace52bf9be575222de2e8e5bafed2b2cc117557ba'],
    ['frame of the log', frame, '140acf6c233482daf58efccc7629f68e13bcdd937d894a1bd0ddf249ecd10606'],
    ['counter transaction', encodeCounterTransaction({ account: 'a', sequence: 1, counter: 'c', add: -2 }), 'c52bcbb2f2dac6223fad1353c89349943f62bfe9df1928a8a48f1657e77e5390'],
  ])('%s', (_name, bytes, expected) => {
    expect(sha256Hex(bytes)).toBe(expected);
  });

  it('Merkle root, state root, segment head', () => {
    expect(merkleRoot(['a', 'b', 'c', 'd', 'e'].map((text) => Buffer.from(text)))).toBe('011a30058ec4859483d4e54f72853729ffcf58cb420a209869f5c6d0f0982c30');
    expect(nextStateRoot(ZERO_HASH, [{ key: Buffer.from('a'), value: Buffer.from('1') }, { key: Buffer.from('b') }])).toBe('9a739e2a6fc5238b9dec342f1c73cb01bd057cd8b973926525d3313f341032c7');
    expect(SEGMENT_HEAD_BYTES).toBe(40);
  });
});
