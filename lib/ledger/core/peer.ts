import { assert } from '@/lib/platform/pure/assert';
import { CodecError } from './codec';
import type { Block } from './block';
import { decodeBlock, hashHeader } from './block';
import { findCertificateFault } from './consensus/certificate';
import { indexOfValidator, type ChainRules } from './consensus/rules';
import { verifySignature, type Signer } from './crypto';
import { LedgerError } from './errors';
import { EVIDENCE_NOTE } from './evidence-note';
import type { Framework, FrameworkInstance } from './framework';
import { decodeGenesis, genesisRules } from './genesis';
import type { ChainHead, GenesisSpec, StopNote } from './host-types';
import { nameOfRules, RULES_NOTE, RulesHistory } from './rules-history';
import { isAttested } from './seal-block';
import { decodeStopNote, STOP_NOTE } from './stop-note';
import type { ChainStorage } from './storage';
import { height, type ChainId, type Hash, type TimeMs } from './types';

/** What the next block builds on. */
export interface Parent {
  readonly height: number;
  readonly hash: Hash;
  readonly time: TimeMs;
}

/** One peer of one sub-chain, opened: what the host keeps in memory of it while it is in use. */
export interface Peer {
  readonly chain: ChainId;
  readonly storage: ChainStorage;
  readonly signer: Signer;
  readonly genesis: GenesisSpec;
  readonly genesisHash: Hash;
  readonly framework: Framework;
  readonly instance: FrameworkInstance;
  /** By which rules the blocks are judged; moves on with the last executed block. */
  rules: RulesHistory;
  /** It is a validator of the next block. */
  orders: boolean;
  /** Last durable block: what readers see. */
  head: ChainHead;
  /** Last executed block: what the next builds on. */
  parent: Parent;
  /** Blocks without transactions at the end of the chain, and whether any block has some; see `countEmptyTail`. */
  tail: Tail | undefined;
  /** Executed blocks on their way to the disk. */
  unsettled: number;
  stopped: StopNote | undefined;
  announcedHeight: number;
  refusedBlocks: number;
  lastRefusal: string | undefined;
}

/** How many empty blocks follow the last one with transactions, counted up to a limit. */
export interface Tail {
  readonly empty: number;
  /** No transaction within the counted blocks. */
  readonly isBare: boolean;
}

/** Enough to say how a peer is. */
export interface PeerFacts {
  readonly head: ChainHead;
  /** Whose copy this is: the key under which each kept block is signed. */
  readonly publicKey: Uint8Array;
  /** By which the next block is judged. */
  readonly rules: ChainRules;
  readonly evidence: Uint8Array | undefined;
  readonly stopped: StopNote | undefined;
}

/** What lies on the disk of a peer that may not be in use. */
export interface StoredPeer extends PeerFacts {
  readonly genesis: GenesisSpec;
  readonly framework: Framework;
  readonly config: unknown;
  readonly history: RulesHistory;
}

/**
 * Reads a stored peer and looks whether what lies there hangs together: genesis document, head, its parent and the own
 * signature. Throws when not: such a peer must not speak. Needs neither the private key nor an opened framework.
 */
export function readPeer(storage: ChainStorage, frameworks: ReadonlyMap<string, Framework>): StoredPeer {
  const { chain } = storage;
  const { first, genesis, history } = readRules(storage);
  const framework = frameworks.get(genesis.framework);
  if (framework === undefined) throw new LedgerError('genesis-invalid', { chain }, `${chain} runs on ${genesis.framework}, which this program does not know.`);
  const last = storage.height === 0 ? first : readBlock(storage, storage.height);
  assert(last.header.nextValidators === nameOfRules(history.at(last.header.height + 1)), `the head of ${chain} names the rules that follow it`);
  return {
    genesis,
    framework,
    config: framework.configSchema.parse(genesis.config),
    head: headOf(last, first.header.previousHash),
    publicKey: checkHead(storage, last, history),
    history,
    rules: history.at(last.header.height + 1),
    evidence: storage.note(EVIDENCE_NOTE),
    stopped: decodeStopNote(storage.note(STOP_NOTE)),
  };
}

/** By which rules a stored peer's blocks are judged; needs its genesis block alone. Throws when that is not one. */
export function readRules(storage: ChainStorage): { readonly first: Block; readonly genesis: GenesisSpec; readonly history: RulesHistory } {
  const first = readBlock(storage, 0);
  assert(first.genesis !== undefined, `block 0 of ${storage.chain} carries the genesis document`);
  const genesis = decodeGenesis(first.genesis);
  return { first, genesis, history: RulesHistory.open(genesisRules(genesis, first.header.engineVersion), storage.note(RULES_NOTE)) };
}

/** Opens a stored peer for use. Throws when it does not hang together, or is another peer's. */
export function openPeer(storage: ChainStorage, signer: Signer, frameworks: ReadonlyMap<string, Framework>): Peer {
  const { chain } = storage;
  const { genesis, framework, config, head, publicKey, history, rules, stopped } = readPeer(storage, frameworks);
  assert(Buffer.compare(publicKey, signer.publicKey) === 0, `the head of ${chain} carries this peer’s signature`);
  return {
    chain,
    storage,
    signer,
    genesis,
    genesisHash: head.genesisHash,
    framework,
    instance: framework.open({ chain, config }),
    rules: history,
    orders: indexOfValidator(rules, publicKey) >= 0,
    head,
    parent: { height: head.height, hash: head.hash, time: head.time },
    tail: undefined,
    unsettled: 0,
    stopped,
    announcedHeight: head.height,
    refusedBlocks: 0,
    lastRefusal: undefined,
  };
}

/** Says that this program is too old for the rules of a height; undefined when it is not. */
export function findVersionFault({ framework }: Pick<Peer, 'framework'>, at: number, { engineVersion }: ChainRules): string | undefined {
  if (engineVersion <= framework.engineVersion) return undefined;
  return `block ${at} needs version ${engineVersion} of ${framework.name}, this program has ${framework.engineVersion}: update it`;
}

/** By which the block after the last executed one is judged. */
export function rulesOfNext({ rules, parent }: Pick<Peer, 'rules' | 'parent'>): ChainRules {
  return rules.at(parent.height + 1);
}

/** The stored block at a durable height. Throws when it is not that block. */
export function readBlock(storage: ChainStorage, at: number): Block {
  const bytes = storage.block(height(at));
  assert(bytes !== undefined, `block ${at} of ${storage.chain} is stored`);
  const block = decodeBlock(bytes);
  if (block.header.chain !== storage.chain || block.header.height !== at) throw new CodecError(`block ${at} of ${storage.chain} is stored under another name`);
  return block;
}

/** Counts the empty blocks at the end of the durable chain, looking at no more than `limit`. */
export function countEmptyTail(storage: ChainStorage, limit: number): Tail {
  for (let empty = 0; empty < limit; empty += 1) {
    const at = storage.height - empty;
    // What lies before a snapshot may not be here yet: those who have it make the blocks that are owed for it.
    if (at <= 0 || at < storage.firstHeight) return { empty, isBare: true };
    if (readBlock(storage, at).transactions.length > 0) return { empty, isBare: false };
  }
  return { empty: limit, isBare: true };
}

export function headOf({ header }: Pick<Block, 'header'>, genesisHash: Hash): ChainHead {
  return { chain: header.chain, height: header.height, hash: hashHeader(header), time: header.time, genesisHash };
}

/** The key under which this copy is signed. */
function checkHead(storage: ChainStorage, { header, attestation, certificate }: Block, history: RulesHistory): Uint8Array {
  const { chain, height: at } = header;
  const rules = history.at(at);
  if (at > 0) {
    const before = readBlock(storage, at - 1);
    assert(hashHeader(before.header) === header.previousHash, `the head of ${chain} follows the block before it`);
    const fault = findCertificateFault({ chain, height: at, hash: hashHeader(header) }, certificate, rules, verifySignature);
    assert(fault === undefined, `the head of ${chain} is final: ${fault}`);
  }
  // Who orders alone signs once.
  const alone = certificate.signatures[0];
  const publicKey = attestation?.publicKey ?? (alone === undefined ? undefined : rules.validators[alone.validator]?.publicKey);
  assert(publicKey !== undefined && (attestation === undefined || isAttested(header, attestation, verifySignature)), `the head of ${chain} carries this peer’s signature`);
  return publicKey;
}
