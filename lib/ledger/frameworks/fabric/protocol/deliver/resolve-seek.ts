import { SEEK_BEHAVIORS, seekInfo, type SeekPosition } from '../messages';
import { WireError } from '@/lib/platform/pure/wire';
import { DELIVER_STATUSES, DeliverRefused } from './unpack-deliver';

/** Which blocks are wanted. */
export interface BlockRange {
  /** At most the height: that one is still to come. */
  readonly first: bigint;
  /** Inclusive; may lie far ahead. */
  readonly last: bigint;
  /** True: a block that is not there yet is answered with NOT_FOUND instead of being waited for. */
  readonly failIfNotReady: boolean;
}

type Place = { readonly kind: 'newest' | 'oldest' | 'nextCommit' } | { readonly kind: 'specified'; readonly number: bigint };

/**
 * The range of a SeekInfo in a channel of so many blocks, at least one (common/deliver/deliver.go,
 * common/ledger/blockledger/fileledger/impl.go). Throws {@link DeliverRefused}: 400 for what makes no range, 404 for a
 * start beyond the next block.
 */
export function resolveSeek(seek: Uint8Array, height: bigint): BlockRange {
  const { start, stop, behavior } = decodeSeek(seek);
  if (start === undefined || stop === undefined) throw new DeliverRefused(DELIVER_STATUSES.BAD_REQUEST, 'seekInfo message with missing start or stop');
  const from = placeOf(start);
  const to = placeOf(stop);
  const first = numberOf(from, height);
  if (first > height) throw new DeliverRefused(DELIVER_STATUSES.NOT_FOUND, `start number ${first} is beyond height ${height}`);
  // Start and stop at the newest block are one block, even if another one comes meanwhile.
  const last = to.kind === 'oldest' ? first : numberOf(to, height);
  if (last < first) throw new DeliverRefused(DELIVER_STATUSES.BAD_REQUEST, `start number ${first} greater than stop number ${last}`);
  return { first, last, failIfNotReady: behavior === SEEK_BEHAVIORS.FAIL_IF_NOT_READY };
}

function decodeSeek(seek: Uint8Array) {
  try {
    return seekInfo.decode(seek);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new DeliverRefused(DELIVER_STATUSES.BAD_REQUEST, `malformed seekInfo payload: ${error.message}`);
  }
}

function placeOf({ newest, oldest, specified, nextCommit }: SeekPosition): Place {
  const chosen: Place[] = [];
  if (newest !== undefined) chosen.push({ kind: 'newest' });
  if (oldest !== undefined) chosen.push({ kind: 'oldest' });
  if (specified !== undefined) chosen.push({ kind: 'specified', number: specified.number });
  if (nextCommit !== undefined) chosen.push({ kind: 'nextCommit' });
  const [place] = chosen;
  if (place === undefined || chosen.length > 1) throw new DeliverRefused(DELIVER_STATUSES.BAD_REQUEST, `a position names ${chosen.length} places`);
  return place;
}

function numberOf(place: Place, height: bigint): bigint {
  switch (place.kind) {
    case 'oldest':
      return 0n;
    case 'newest':
      return height - 1n;
    case 'nextCommit':
      return height;
    case 'specified':
      return place.number;
  }
}
