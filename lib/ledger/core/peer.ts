import { assert } from '@/lib/platform/pure/assert';
import { CodecError } from './codec';
import type { Block } from './block';
import { decodeBlock, hashHeader } from './block';
import { sha256Hex, verifySignature, type Signer } from './crypto';
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

/**
 * Opens a stored peer and looks whether what lies there hangs together: genesis document, head, its parent and the own
 * signature. Throws when not: such a peer must not speak.
 */
export function openPeer(storage: ChainStorage, signer: Signer, frameworks: ReadonlyMap<string, Framework>): Peer {
  const { chain } = storage;
  const first = readBlock(storage, 0);
  assert(first.genesis !== undefined, `block 0 of ${chain} carries the genesis document`);
  const genesis = decodeGenesis(first.genesis);
  const framework = frameworks.get(genesis.framework);
  if (framework === undefined) throw new LedgerError('genesis-invalid', { chain }, `${chain} runs on ${genesis.framework}, which this program does not know.`);
  const last = storage.height === 0 ? first : readBlock(storage, storage.height);
  const head = headOf(last, sha256Hex(first.genesis));
  checkHead(storage, last, signer.publicKey);
  const config = framework.configSchema.parse(genesis.config);
  const orderer = orderingPeer(genesis).publicKey;
  return {
    chain,
    storage,
    signer,
    genesis,
    genesisHash: head.genesisHash,
    framework,
    instance: framework.open({ chain, config }),
    orders: Buffer.compare(orderer, signer.publicKey) === 0,
    orderer,
    validators: genesis.peers.map((peer) => peer.publicKey),
    head,
    parent: { height: head.height, hash: head.hash, time: head.time },
    unsettled: 0,
    stopped: decodeStopNote(storage.note(STOP_NOTE)),
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

function checkHead(storage: ChainStorage, last: Block, ownKey: Uint8Array): void {
  const { header } = last;
  const own = last.signatures.find(({ publicKey }) => Buffer.compare(publicKey, ownKey) === 0);
  assert(own !== undefined && verifyBlockSignature(header, own, verifySignature), `the head of ${storage.chain} carries this peer’s signature`);
  if (header.height === 0) return;
  const before = readBlock(storage, header.height - 1);
  assert(hashHeader(before.header) === header.previousHash, `the head of ${storage.chain} follows the block before it`);
}
