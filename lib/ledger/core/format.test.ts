import { describe, expect, it } from 'vitest';
import { SEGMENT_FORMAT, SEGMENT_HEAD_BYTES } from '../storage/disk/segment';
import { FrameKind, writeFrame } from '../storage/disk/frame';
import { encodeCounterTransaction } from '../testing/counter-framework';
import { encodeBlock, encodeHeader, hashBody, hashHeader, type Block } from './block';
import { encodeEvidence, type Evidence } from './consensus/evidence';
import { encodeMessage, type Proposal, type Vote } from './consensus/messages';
import { encodeRecord } from './consensus/record';
import { encodeRules, hashRules, type ChainRules } from './consensus/rules';
import { answerStatement, attestationStatement, precommitStatement, prevoteStatement, proposalStatement, questionStatement } from './consensus/statements';
import { sha256Hex } from './crypto';
import { encodeEvidenceNote } from './evidence-note';
import { encodeGenesis } from './genesis';
import { merkleRoot } from './merkle';
import { encodePeerMessage } from './peer-message';
import { RulesHistory } from './rules-history';
import { nextStateRoot } from './state-root';
import { encodeStopNote } from './stop-note';
import { chainId, hash, height, timeMs, ZERO_HASH } from './types';

// Ledgers outlive programs: whoever changes one of these bytes must raise a format number. From the first release on the
// old one must be read, too; before it, blocks of format 1 existed in nobody's hands (ADR 0011).
describe('what lies on disks and is signed stays as it is', () => {
  const key = Buffer.from('a public key');
  const rules: ChainRules = { finality: 'crash', validators: ['SIN', 'FRA', 'NYC'].map((name) => ({ name, publicKey: Buffer.from(`key of ${name}`) })), engineVersion: 1 };
  const upgrading: ChainRules = { ...rules, finality: 'solo', validators: rules.validators.slice(0, 1), upgrade: { engineVersion: 2, height: 9 } };
  const header: Block['header'] = {
    chain: chainId('tide-4417'),
    height: height(7),
    previousHash: hash('11'.repeat(32)),
    transactionRoot: hash('22'.repeat(32)),
    receiptRoot: hash('33'.repeat(32)),
    eventRoot: ZERO_HASH,
    stateRoot: hash('44'.repeat(32)),
    frameworkHeaderHash: sha256Hex(Buffer.from('framework header')),
    bodyHash: hashBody({ transactions: [Buffer.from('one')] }),
    time: timeMs(1_760_000_000_123),
    engineVersion: 1,
    proposer: key,
    validators: hashRules(rules),
    nextValidators: hashRules(upgrading),
  };
  const signature = Buffer.alloc(64, 1);
  const block: Block = {
    header,
    frameworkHeader: Buffer.from('framework header'),
    transactions: [Buffer.from('one')],
    certificate: { round: 2, signatures: [0, 2].map((validator) => ({ validator, signature })) },
    attestation: { publicKey: key, signature },
  };
  const genesis = Buffer.from('a genesis document');
  const change = encodeRules(upgrading);
  const changing: Block = {
    ...block,
    header: { ...header, height: height(0), previousHash: sha256Hex(genesis), bodyHash: hashBody({ transactions: [], change }) },
    transactions: [],
    change,
    genesis,
    certificate: { round: 0, signatures: [] },
  };
  const [name, nonce] = [hash('55'.repeat(32)), Buffer.alloc(16, 3)];
  const proposal: Proposal = { kind: 'proposal', sender: 1, height: 7, round: 3, validRound: 2, hash: name, block: Buffer.from('a block'), signature };
  const vote = (kind: Vote['kind']): Vote => ({ kind, sender: 2, height: 7, round: 3, hash: name, signature });
  const evidence: Evidence = { kind: 'prevote', height: 7, round: 3, culprit: key, first: { hash: name, validRound: -1, signature }, second: { hash: ZERO_HASH, validRound: -1, signature } };
  const frame = Buffer.alloc(64);
  writeFrame(frame, 0, { kind: FrameKind.block, chain: 42, sequence: 7, payload: Buffer.from('payload') }, { salt: Buffer.alloc(16, 7), segment: 3, offset: 1_000 });

  it.each<[string, Uint8Array, string]>([
    ['header', encodeHeader(header), 'f1c521e52bd68683140eed81a34c4a78a74afd8a5b61b466855c1af4f340ee39'],
    ['block record', encodeBlock(block), 'dd07175ab472b6d3bce0c3d27a1007c0c4538dd866afa89113d9e9614faf7090'],
    ['block record with a genesis document and a change of the rules', encodeBlock(changing), 'b6d55681d0af58b32ec21d66b4924f47cbe4f23a2e1ead66423f6a787810cca2'],
    ['rules', encodeRules(rules), '8d10df2fa798cc72a29a31068048751f12a3d1c2d79c38e3f83d38a25e6651bc'],
    ['rules with an upgrade', change, '1856cd3950cc7ed5ca977b01fa420a13c8249f8bb6dd47fe336857a6db217fda'],
    ['history of rules', RulesHistory.open(rules, undefined).with(4, upgrading).with(12, rules).encode(), '30dbb9c6455b803467995358e0e8adc2b7d858678310d47d677a47aaf57db89e'],
    ['statement of a proposal', proposalStatement(header.chain, 7, 3, -1, name), '5780fac3540a3533ab7efbbdd43d1874d854704d24b3e6bfd9e704293a7ab282'],
    ['statement of a prevote', prevoteStatement(header.chain, 7, 3, name), 'c9a94d318f5cab4b4180599a843fc81433820a32718f778342aa21203b9cc9f4'],
    ['statement of a precommit', precommitStatement(header.chain, 7, 0, hashHeader(header)), '48746118e0c443e7ac925e635693389275595a4a36da5b971fbf91d75a79acfd'],
    ['statement of an attestation', attestationStatement(header.chain, 7, name), '504cf2797c7f25341b17becbde8f408487d3e8e66246a7c2c4ef0d5f0e329d9c'],
    ['statement of a question', questionStatement(header.chain, nonce), 'dd8afe5e14f494e18671b3498fe2bfd3ea7f34801bceff20f39f07ef796eda3a'],
    ['statement of an answer', answerStatement(header.chain, nonce, 7), 'd0f6d053fb9b11d20bd9ee2a64e85d1953fa0137eb5c1a200b4ace1d7335a4c4'],
    ['proposal', encodeMessage(proposal), '2d8c8d3a91730fdcdf759661e32d5a39750583c006e343027c4b6dec2036ed80'],
    ['prevote and precommit', Buffer.concat([encodeMessage(vote('prevote')), encodeMessage(vote('precommit'))]), '0537d5e35cb3d9ee263147495e75c5c3df1be38d66a041a026171762bac7d0cf'],
    ['question, answer and head', Buffer.concat([encodeMessage({ kind: 'question', sender: 1, nonce, signature }), encodeMessage({ kind: 'answer', sender: 1, nonce, height: 7, signature }), encodeMessage({ kind: 'head', height: 7 })]), '98074876a9f38fdff94834fb12055359ee618523506c464b762d50822838c580'],
    ['messages between peers', Buffer.concat([encodePeerMessage({ kind: 'consensus', payload: key }), encodePeerMessage({ kind: 'transactions', transactions: [key, nonce] }), encodePeerMessage({ kind: 'demand' })]), '2d579b831faecd3ccaaad2877834f8ae8275816d49b09de89251e9ffd9b1151a'],
    ['record of votes', encodeRecord({ height: 7, round: 3, step: 'precommit', lockedRound: 3, lockedHash: name, validRound: 3, validHash: name, own: [{ ...proposal, block: new Uint8Array(0) }, vote('prevote')], proofOfLock: [vote('prevote')] }), '0c1c44014c3efe6552869fc7ed70815769b1a44ab4656872d186fdb705ad4033'],
    ['evidence', encodeEvidence(evidence), '82ca1de7a082f4411bc2cdf94dfc2c91ede0378e0a6254f0e1995a9990719023'],
    ['evidence note', encodeEvidenceNote([{ evidence, culprit: 'NYC', time: header.time }]), 'efa433d2a19332e1a8a2949bd07891f192e2c5c7a756d972add9622129c0309c'],
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

  // A program that does not know a kind would take its frames for a torn end: it must be told by the format first.
  it('kinds of frames that a segment of this format may hold', () => {
    const kinds = { group: 1, chain: 2, writes: 3, block: 4, note: 5, removed: 6, key: 7, stage: 8, install: 9, local: 10 };
    expect({ format: SEGMENT_FORMAT, kinds: FrameKind }).toEqual({ format: 3, kinds });
  });
});
