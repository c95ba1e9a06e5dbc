import { assert } from '@/lib/platform/pure/assert';
import { decryptSecret, encryptSecret } from '@/lib/platform/pure/encryption';
import { ByteReader, ByteWriter } from '../../core/codec';
import { ChainOrder } from '../../core/chain-order';
import { createKey, openSigner, type Signer } from '../../core/crypto';
import type { PeerKeys } from '../../core/peer-keys';
import type { MachinePorts } from '../../core/ports';
import { chainId, type ChainId } from '../../core/types';
import { corrupt } from './corrupt';
import { DiskSpace } from './disk-space';
import type { FilePort } from './file-port';
import { FrameKind, type Frame, type FrameLocation } from './frame';
import { TORN_EVENT } from './scan-log';
import { SegmentLog } from './segment-log';
import { segmentName } from './segment';

export interface DiskKeysOptions {
  readonly files: FilePort;
  /** Made when absent. */
  readonly directory: string;
  /** 32 bytes. */
  readonly keyEncryptionKey: Uint8Array;
  readonly newSalt: () => Uint8Array;
  readonly schedule: MachinePorts['schedule'];
  readonly logger: MachinePorts['logger'];
  readonly segmentBytesMax?: number;
  readonly roomBytes?: number;
}

/** Where a key lies: thousands of peers that are not in use cost no more than this. */
interface KeyPlace {
  /** Counts keys as they are made; the frame's chain number. */
  readonly number: number;
  readonly location: FrameLocation;
  readonly isUsed: boolean;
}

const SEGMENT_BYTES_MAX = 16 * 1024 * 1024;
const SEALED_BYTES_MAX = 512;
/** Keys that were just made and stay open until they are asked for: their peer is about to be opened. */
const FRESH_MAX = 64;
/** What a frame says of its key: it is gone, it is new, it may have signed a block. */
const State = { removed: 0, fresh: 1, used: 2 } as const;

/**
 * Peers' private keys in a log of their own, each encrypted under the key-encryption key with the sub-chain's name
 * authenticated: making a key is one small write and one fdatasync, shared by those that come together. Apart from the
 * ledgers' log, so that a peer that loses its ledger still knows who it was. Nothing but places is held in memory.
 * A key that is damaged costs its peer alone: `find` and `create` throw `storage-corrupt` for it.
 * Errors: `storage-corrupt`, `storage-format`.
 */
export async function openDiskKeys({ files, directory, keyEncryptionKey, newSalt, schedule, logger, segmentBytesMax = SEGMENT_BYTES_MAX, roomBytes }: DiskKeysOptions): Promise<PeerKeys> {
  assert(keyEncryptionKey.length === 32, 'the key-encryption key has 32 bytes');
  files.makeDirectory(directory);
  const places = new Map<ChainId, KeyPlace>();
  const fresh = new Map<ChainId, Signer>();
  let nextNumber = 1;
  /** Whether a group without a key is the last one in the log. */
  let isSealed = true;
  let hasFrames = false;
  const space = new DiskSpace({ freeBytes: () => files.freeBytes(directory), schedule, logger });
  const log = await SegmentLog.open({
    files,
    directory,
    segmentBytesMax,
    ...(roomBytes === undefined ? {} : { roomBytes }),
    newSalt,
    space,
    logger,
    reader: {
      onFrame: (frame, location) => {
        hasFrames = true;
        const { name, state } = decodeKey(frame.payload);
        nextNumber = Math.max(nextNumber, frame.chain + 1);
        if (state === State.removed) places.delete(name);
        else places.set(name, { number: frame.chain, location, isUsed: state === State.used });
      },
      onDamage: ({ chain: number, name }, location) => {
        hasFrames = true;
        nextNumber = Math.max(nextNumber, number + 1);
        if (name === undefined) return;
        // The same key may stand in an earlier frame; that it was not used cannot be known any more.
        const known = places.get(name);
        places.set(name, { number, location: known?.number === number ? known.location : location, isUsed: true });
      },
      onTorn: (file, offset, bytes) => logger.warn({ file, offset, bytes }, TORN_EVENT),
      onGroup: () => {
        [isSealed, hasFrames] = [!hasFrames, false];
        return undefined;
      },
    },
  });
  /** Puts a group behind the last key: without one, a key that rots is taken for what a power cut tore. */
  const seal = async (): Promise<void> => {
    if (isSealed) return;
    await log
      .append([], () => {
        isSealed = true;
      })
      .catch((error: unknown) => logger.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'the log of keys could not be sealed'));
  };
  await seal();
  /** Calls for one sub-chain's key follow one another: two that make it get the same one. */
  const order = new ChainOrder();
  const write = async (chain: ChainId, number: number, state: number, sealed: Uint8Array): Promise<FrameLocation> => {
    const frame: Frame = { kind: FrameKind.key, chain: number, sequence: 0, payload: encodeKey(chain, state, sealed) };
    let location: FrameLocation | undefined;
    await log.append([frame], (locations) => {
      location = locations[0];
      isSealed = false;
    });
    assert(location !== undefined, 'an appended frame has a place');
    return location;
  };
  const read = (chain: ChainId, { location }: KeyPlace): Uint8Array => {
    const { sealed } = decodeKey(log.read(location).payload);
    try {
      return decryptSecret(keyEncryptionKey, sealed, contextOf(chain));
    } catch {
      // OpenSSL says no more than that it does not fit.
      throw corrupt(`${directory}/${segmentName(location.segment)}`, location.offset, 'The key does not open with this key-encryption key');
    }
  };
  return {
    chains: () => [...places.keys()],
    find: (chain) => {
      const place = places.get(chain);
      if (place === undefined) return undefined;
      const signer = fresh.get(chain) ?? openSigner(read(chain, place));
      fresh.delete(chain);
      return signer;
    },
    create: (chain) =>
      order.run(chain, async () => {
        const known = places.get(chain);
        if (known !== undefined) return openSigner(read(chain, known));
        const { signer, privateKey } = createKey();
        const number = nextNumber++;
        const location = await write(chain, number, State.fresh, encryptSecret(keyEncryptionKey, privateKey, contextOf(chain)));
        places.set(chain, { number, location, isUsed: false });
        const [oldest] = fresh.size < FRESH_MAX ? [] : fresh.keys();
        if (oldest !== undefined) fresh.delete(oldest);
        fresh.set(chain, signer);
        return signer;
      }),
    markUsed: (chain) =>
      order.run(chain, async () => {
        const place = places.get(chain);
        if (place === undefined || place.isUsed) return;
        const { sealed } = decodeKey(log.read(place.location).payload);
        places.set(chain, { number: place.number, location: await write(chain, place.number, State.used, sealed), isUsed: true });
      }),
    wasUsed: (chain) => places.get(chain)?.isUsed ?? false,
    sealed: (chain) => {
      const place = places.get(chain);
      if (place === undefined) return undefined;
      return { sealed: Uint8Array.from(decodeKey(log.read(place.location).payload).sealed), isUsed: place.isUsed };
    },
    adopt: (chain, { sealed, isUsed }) =>
      order.run(chain, async () => {
        fresh.delete(chain);
        const signer = openSigner(decryptSecret(keyEncryptionKey, sealed, contextOf(chain)));
        const number = nextNumber++;
        places.set(chain, { number, location: await write(chain, number, isUsed ? State.used : State.fresh, sealed), isUsed });
        return signer;
      }),
    remove: (chain) =>
      order.run(chain, async () => {
        const place = places.get(chain);
        if (place === undefined) return;
        await write(chain, place.number, State.removed, new Uint8Array(0));
        places.delete(chain);
        fresh.delete(chain);
      }),
    close: async () => {
      // In a group of its own, not in that of a last key.
      await order.settled();
      await seal();
      space.close();
      await log.close();
    },
  };
}

function contextOf(chain: ChainId): string {
  return `peer-key:${chain}`;
}

function encodeKey(chain: ChainId, state: number, sealed: Uint8Array): Uint8Array {
  return new ByteWriter(96 + sealed.length).string(chain).u8(state).bytes(sealed).finish();
}

function decodeKey(payload: Uint8Array): { name: ChainId; state: number; sealed: Uint8Array } {
  const reader = new ByteReader(payload);
  const key = { name: chainId(reader.string(64)), state: reader.u8(), sealed: reader.bytes(SEALED_BYTES_MAX) };
  reader.end();
  return key;
}
