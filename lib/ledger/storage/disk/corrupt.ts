import { LedgerError } from '../../core/errors';

/** Damage of a file, with the place and what to do. `what` is shown to everybody, the place only to the host's operator. */
export function corrupt(path: string, offset: number, what = 'The stored bytes are not those that were written'): LedgerError<'storage-corrupt'> {
  const message = `${what}: file ${path}, offset ${offset}. Restore the directory from a backup, or remove the peer and let it catch up from the others.`;
  return new LedgerError('storage-corrupt', { file: path, offset, what }, message);
}
