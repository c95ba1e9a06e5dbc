import { assert } from '@/lib/platform/pure/assert';
import { CodecError } from './codec';
import type { Block } from './block';
import { decodeBlock, hashHeader } from './block';
import { verifySignature, type Signer } from './crypto';
import { LedgerError } from './errors';
import type { Framework, FrameworkInstance } from './framework';
import { decodeGenesis, orderingPeer } from './genesis';
import type { ChainHead, GenesisSpec, StopNote } from './host-types';
import { decodeStopNote, STOP_NOTE } from './stop-note';
import { verifyBlockSignature } from './seal-block';
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
  readonly orders: boolean;
  /** Public key of the peer that orders. */
  readonly orderer: Uint8Array;
  readonly validators: readonly Uint8Array[];
  /** Last durable block: what readers see. */
  head: ChainHead;
  /** Last executed block: what the next builds on. */
  parent: Parent;
  /** Executed blocks on their way to the disk. */
  unsettled: number;
  stopped: StopNote | undefined;
  announcedHeight: number;
  refusedBlocks: number;
  lastRefusal: string | undefined;
}

/** Enough to say how a peer is. */
export interface PeerFacts {
  readonly head: ChainHead;
  /** Whose copy this is: the key of the signature that a peer adds to each block it keeps. */
  readonly publicKey: Uint8Array;
  readonly orders: boolean;
  readonly stopped: StopNote | undefined;
}

/** What lies on the disk of a peer that may not be in use. */
export interface StoredPeer extends PeerFacts {
  readonly genesis: GenesisSpec;
  readonly framework: Framework;
  readonly config: unknown;
  readonly orderer: Uint8Array;
}

/**
 * Reads a stored peer and looks whether what lies there hangs together: genesis document, head, its parent and the own
 * signature. Throws when not: such a peer must not speak. Needs neither the private key nor an opened framework.
 */
export function readPeer(storage: ChainStorage, frameworks: ReadonlyMap<string, Framework>): StoredPeer {
  const { chain } = storage;
  const first = readBlock(storage, 0);
  assert(first.genesis !== undefined, `block 0 of ${chain} carries the genesis document`);
  const genesis = decodeGenesis(first.genesis);
  const framework = frameworks.get(genesis.framework);
  if (framework === undefined) throw new LedgerError('genesis-invalid', { chain }, `${chain} runs on ${genesis.framework}, which this program does not know.`);
  const last = storage.height === 0 ? first : readBlock(storage, storage.height);
  const orderer = orderingPeer(genesis).publicKey;
  const publicKey = checkHead(storage, last);
  return {
    genesis,
    framework,
    config: framework.configSchema.parse(genesis.config),
    head: headOf(last, first.header.previousHash),
    publicKey,
    orderer,
    orders: Buffer.compare(orderer, publicKey) === 0,
    stopped: decodeStopNote(storage.note(STOP_NOTE)),
  };
}

/** Opens a stored peer for use. Throws when it does not hang together, or is another peer's. */
export function openPeer(storage: ChainStorage, signer: Signer, frameworks: ReadonlyMap<string, Framework>): Peer {
  const { chain } = storage;
  const { genesis, framework, config, head, publicKey, orderer, orders, stopped } = readPeer(storage, frameworks);
  assert(Buffer.compare(publicKey, signer.publicKey) === 0, `the head of ${chain} carries this peer’s signature`);
  return {
    chain,
    storage,
    signer,
    genesis,
    genesisHash: head.genesisHash,
    framework,
    instance: framework.open({ chain, config }),
    orders,
    orderer,
    validators: genesis.peers.map((peer) => peer.publicKey),
    head,
    parent: { height: head.height, hash: head.hash, time: head.time },
    unsettled: 0,
    stopped,
    announcedHeight: head.height,
    refusedBlocks: 0,
    lastRefusal: undefined,
  };
}

/** The stored block at a durable height. Throws when it is not that block. */
export function readBlock(storage: ChainStorage, at: number): Block {
  const bytes = storage.block(height(at));
  assert(bytes !== undefined, `block ${at} of ${storage.chain} is stored`);
  const block = decodeBlock(bytes);
  if (block.header.chain !== storage.chain || block.header.height !== at) throw new CodecError(`block ${at} of ${storage.chain} is stored under another name`);
  return block;
}

export function headOf({ header }: Pick<Block, 'header'>, genesisHash: Hash): ChainHead {
  return { chain: header.chain, height: header.height, hash: hashHeader(header), time: header.time, genesisHash };
}

/** The key under which this copy is signed. */
function checkHead(storage: ChainStorage, last: Block): Uint8Array {
  const { header } = last;
  const own = last.signatures.at(-1);
  assert(own !== undefined && verifyBlockSignature(header, own, verifySignature), `the head of ${storage.chain} carries this peer’s signature`);
  if (header.height === 0) return own.publicKey;
  const before = readBlock(storage, header.height - 1);
  assert(hashHeader(before.header) === header.previousHash, `the head of ${storage.chain} follows the block before it`);
  return own.publicKey;
}
