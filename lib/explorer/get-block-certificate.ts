import type { Caller } from '@/lib/access-keys';
import { AppError } from '@/lib/platform';
import { checkCertificate } from './check-certificate';
import type { CertificateView } from './client';
import { openLedgerReader } from './open-ledger-reader';

/**
 * What makes a block final, with every signature checked here against the keys that the peers had when the sub-chain
 * was opened.
 * @throws AppError NOT_FOUND (application, a height that is not there, the genesis block, which has none), FORBIDDEN,
 * CONFLICT, UNAVAILABLE
 */
export async function getBlockCertificate(caller: Caller, applicationId: string, height: number): Promise<CertificateView> {
  const reader = await openLedgerReader(caller, applicationId);
  if (!Number.isSafeInteger(height) || height < 1) throw noCertificate();
  return checkCertificate(await reader.certificate(height), reader);
}

function noCertificate(): AppError<'NOT_FOUND'> {
  return new AppError('NOT_FOUND', { subject: 'certificate' }, { publicMessage: 'There is no certificate of that height. The first block needs none: every peer makes it from the same document.' });
}
