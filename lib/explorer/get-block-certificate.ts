import type { Caller } from '@/lib/access-keys';
import { AppError } from '@/lib/platform';
import type { CertificateView } from './client';
import { finalityStatement, isFinalitySignature } from './finality-statement';
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
  const certificate = await reader.certificate(height);
  const statement = finalityStatement(reader.chain, certificate);
  const signatures = certificate.signatures.map((one) => ({
    ...one,
    valid: reader.publicKeys.get(one.name) === one.publicKey && isFinalitySignature(statement, one),
  }));
  return { chain: reader.chain, ...certificate, signatures, statement: statement.toString('hex') };
}

function noCertificate(): AppError<'NOT_FOUND'> {
  return new AppError('NOT_FOUND', { subject: 'certificate' }, { publicMessage: 'There is no certificate of that height. The first block needs none: every peer makes it from the same document.' });
}
