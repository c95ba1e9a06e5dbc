import { LedgerError, publicReason, TransactionRefused, type LedgerErrorCode } from '@/lib/ledger';
import type { SubmitResult } from '@/lib/peer-channel';
import { AppError } from '@/lib/platform/pure/errors';

type Translate = (error: LedgerError) => AppError;

const translations: Record<LedgerErrorCode, Translate> = {
  'chain-unknown': (error) => new AppError('NOT_FOUND', { subject: 'peer' }, { publicMessage: 'This city node has no peer of this sub-chain.', cause: error }),
  'peer-missing': (error) => new AppError('NOT_FOUND', { subject: 'ledger' }, { publicMessage: 'The peer’s ledger is not open yet.', cause: error }),
  'chain-differs': (error) => new AppError('CONFLICT', { subject: 'genesis' }, { publicMessage: 'The sub-chain exists here with another genesis block.', cause: error }),
  'genesis-invalid': (error) => new AppError('INVALID_INPUT', { fields: { genesis: error.message } }, { publicMessage: error.message, cause: error }),
  'chain-stopped': (error) => new AppError('UNAVAILABLE', { what: 'peer' }, { publicMessage: error.message, cause: error, retryable: false }),
  'queue-full': (error) => rateLimited(error),
  'peer-away': (error) => unavailable(error, 'peer'),
  'move-failed': (error) => new AppError('CONFLICT', { subject: 'move of a peer' }, { publicMessage: error.message, cause: error }),
  'peers-unreachable': (error) => unavailable(error, 'other peers'),
  'block-refused': (error) => unavailable(error, 'peer'),
  'change-refused': (error) => new AppError('CONFLICT', { subject: 'change of the rules' }, { publicMessage: error.message, cause: error }),
  'view-too-old': (error) => unavailable(error, 'peer'),
  'block-missing': (error) => new AppError('UNAVAILABLE', { what: 'block' }, { publicMessage: error.message, cause: error }),
  'snapshot-missing': (error) => new AppError('NOT_FOUND', { subject: 'snapshot' }, { publicMessage: error.message, cause: error }),
  'storage-locked': storageFault,
  'storage-corrupt': storageFault,
  'storage-format': storageFault,
  'storage-failed': storageFault,
  'storage-full': (error) => new AppError('UNAVAILABLE', { what: 'storage' }, { publicMessage: error.message, cause: error, retryable: true }),
  closing: (error) => new AppError('UNAVAILABLE', { what: 'city node' }, { publicMessage: 'The city node is shutting down. Try again in a moment.', cause: error }),
};

/** The machine's refusal as the product's error; anything else comes back as it is. */
export function toAppError(error: unknown): unknown {
  return isLedgerError(error) ? translations[error.code](error) : error;
}

/** Runs a task and translates what the machine refuses. */
export async function translated<T>(task: () => T | Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw toAppError(error);
  }
}

type NotTakenResult = Extract<SubmitResult, { state: 'refused' | 'failed' }>;

/** What a peer in another host is told of a transaction that was not taken; undefined for what is nobody's refusal. */
export function refusalToPeer(error: unknown): NotTakenResult | undefined {
  if (error instanceof TransactionRefused) return { state: 'refused', code: error.code, message: error.message, details: textsOf(error.details) };
  if (isLedgerError(error)) return { state: 'failed', code: error.code, message: publicReason(error), details: isStorageFault(error) ? {} : textsOf(error.details) };
  return undefined;
}

/** The other side of {@link refusalToPeer}. */
export function refusalFromPeer(chain: string, { state, code, message, details }: NotTakenResult): Error {
  if (state === 'refused') return new TransactionRefused(code, message, details);
  if (code === 'queue-full') return new LedgerError('queue-full', { chain, retryAfterMs: Number(details.retryAfterMs ?? 1_000) || 1_000 }, message);
  if (code === 'storage-full') return new LedgerError('storage-full', { retryAfterMs: Number(details.retryAfterMs ?? 1_000) || 1_000 }, message);
  if (code === 'chain-stopped') return new LedgerError('chain-stopped', { chain, reason: details.reason ?? '' }, message);
  return new LedgerError('peers-unreachable', { chain }, `A peer of ${chain} that orders could not take the transaction: ${message}`);
}

function textsOf(details: object): Record<string, string> {
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [name, String(value)]));
}

export function isLedgerError(error: unknown): error is LedgerError {
  return error instanceof Error && error.name === 'LedgerError' && 'code' in error && typeof error.code === 'string' && error.code in translations;
}

/** Its own words and details name files of the host. */
function storageFault(error: LedgerError): AppError {
  return new AppError('UNAVAILABLE', { what: 'storage' }, { publicMessage: `The peer cannot be used: ${publicReason(error)}.`, cause: error });
}

function isStorageFault({ code }: LedgerError): boolean {
  return translations[code] === storageFault;
}

function unavailable(error: LedgerError, what: string): AppError {
  return new AppError('UNAVAILABLE', { what }, { publicMessage: error.message, cause: error });
}

function rateLimited(error: LedgerError): AppError {
  const retryAfterMs = 'retryAfterMs' in error.details ? error.details.retryAfterMs : 1_000;
  return new AppError('RATE_LIMITED', { retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1_000)) }, { publicMessage: error.message, cause: error, retryable: true });
}
