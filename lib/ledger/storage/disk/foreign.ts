import { LedgerError } from '../../core/errors';

/** A file of another format, older or newer than this program's. */
export function foreignFormat(path: string, format: number): LedgerError<'storage-format'> {
  return new LedgerError('storage-format', { file: path }, `${path} has format ${format}, which this program does not read. Use the version that wrote it.`);
}

/** A frame that is as it was written, of a kind that this program does not know. */
export function newerKind(path: string, offset: number, kind: number): LedgerError<'storage-format'> {
  const message = `${path}, offset ${offset}: a frame of kind ${kind}, which this program does not know; a newer version wrote it. Nothing was changed. Use the version that wrote it.`;
  return new LedgerError('storage-format', { file: path, offset }, message);
}
