import { isLedgerError } from '../../core/errors';
import { DAMAGES_MAX, type Damage } from '../../core/storage';
import type { ChainId, Height } from '../../core/types';
import type { FrameLocation } from './frame';
import type { FrameNote } from './group';
import type { SegmentLog } from './segment-log';

/** Whom a damaged frame of the log concerns. */
export interface Concerned {
  readonly chain: ChainId;
  /** Of a block: its height, and where it is read from. */
  readonly block?: { readonly height: Height; readonly location: FrameLocation | undefined };
}

/**
 * Reads the log once more. Bytes that are known from others are written anew in their place; a damaged block that is
 * read from elsewhere by now, or belongs to a removed chain, is no damage.
 */
export async function findDamage(log: SegmentLog, concerned: (note: FrameNote) => Concerned | undefined, yieldTurn: () => Promise<void>): Promise<Damage[]> {
  const damages: Damage[] = [];
  const scars: { readonly location: FrameLocation; readonly bytes: Uint8Array }[] = [];
  const add = (damage: Damage): void => {
    if (damages.length < DAMAGES_MAX) damages.push(damage);
  };
  const onDamage = (note: FrameNote, { segment, offset }: FrameLocation): void => {
    const whom = concerned(note);
    if (whom === undefined) return;
    const { chain, block } = whom;
    if (block !== undefined && !(block.location?.segment === segment && block.location.offset === offset)) return;
    const what = block === undefined ? 'What the state of a sub-chain was made of cannot be read' : `Block ${block.height} of a sub-chain cannot be read`;
    add({ file: log.pathOf(segment), offset, what, isRepaired: false, chain, ...(block === undefined ? {} : { height: block.height }) });
  };
  try {
    await log.verify({ onFrame: () => undefined, onDamage, onScar: (location, bytes) => scars.push({ location, bytes }) }, yieldTurn);
  } catch (error) {
    if (!isLedgerError(error, 'storage-corrupt') && !isLedgerError(error, 'storage-format')) throw error;
    const { file, offset = 0 } = error.details;
    add({ file, offset, what: 'what' in error.details ? error.details.what : 'It is of another format, or a newer version wrote it', isRepaired: false });
  }
  for (const { location, bytes } of scars) {
    await log.restore(location, bytes);
    add({ file: log.pathOf(location.segment), offset: location.offset, what: 'Bytes of the log were not those that were written', isRepaired: true });
  }
  return damages;
}
