/** Browser-safe door: shapes and schemas of certificates. */
import { z } from 'zod';

export const listCertificatesSchema = z.object({
  /** Only of this subject: a host's id. */
  subjectId: z.string().trim().max(80).optional(),
});
export type ListCertificatesInput = z.infer<typeof listCertificatesSchema>;

export const revokeCertificateSchema = z.strictObject({
  /** KEY_COMPROMISE: no certificate is issued for its key again; its host makes a new one. */
  reason: z.enum(['SUPERSEDED', 'KEY_COMPROMISE']),
});

export interface CertificateView {
  id: string;
  profile: 'HOST';
  /** Whom it names: a host's id. */
  subjectId: string;
  /** Hexadecimal digits. */
  serial: string;
  /** ISO 8601, as all times. */
  notBefore: string;
  notAfter: string;
  revokedAt: string | null;
  revocationReason: 'SUPERSEDED' | 'KEY_COMPROMISE' | null;
}
