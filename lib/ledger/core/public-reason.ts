import { isLedgerError } from './errors';

/** An absolute path of either kind; a lone stroke between words ("and/or") is none. */
const PATH = /(^|[^\p{L}\p{N}])(\/|[A-Za-z]:\\)[\p{L}\p{N}._-]/u;
const SYSTEM_CODE = /^E[A-Z0-9]{2,}$/;

/**
 * Why something failed, for everybody: a clause without a full stop and without anything of the host it runs on. Paths
 * and offsets stay in `error.message`, which belongs into the host's log and nowhere else.
 */
export function publicReason(error: unknown): string {
  if (isLedgerError(error, 'storage-corrupt')) return lowerFirst(error.details.what);
  if (isLedgerError(error, 'storage-format')) return 'its copy on disk is of a format that this program does not read';
  if (isLedgerError(error, 'storage-failed')) return 'writing to the disk failed';
  if (isLedgerError(error, 'storage-full')) return 'the disk of its host is full';
  if (isLedgerError(error, 'storage-locked')) return 'another process has its directory open';
  // What the system says names the file.
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && SYSTEM_CODE.test(error.code)) return `the system of its host answered ${error.code}`;
  if (!(error instanceof Error) || PATH.test(error.message)) return 'a fault that the log of its host describes';
  return error.message.replace(/\.$/, '');
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
