/** Browser-safe door: what the portal shows of an organisation's Fabric authority. */
import { z } from 'zod';

/** Enrollment ID of the first registrar, whom an owner of the organisation makes. */
export const registrarId = 'admin';

export interface FabricAuthorityView {
  id: string;
  /** By it clients name the authority. */
  caName: string;
  mspId: string;
  /** PEM of the root certificate. */
  certificate: string;
  /** Hexadecimal digits. */
  keyIdentifier: string;
  /** ISO 8601, as all times. */
  notAfter: string;
  /** Base address for clients. */
  url: string;
  identities: number;
  /** False before its secret was made, and after it was revoked or removed. */
  hasRegistrar: boolean;
}

/** The secret is in this answer alone. */
export interface RegistrarSecretView {
  enrollmentId: string;
  secret: string;
  authority: FabricAuthorityView;
}

export interface FabricIdentityView {
  id: string;
  enrollmentId: string;
  type: string;
  /** Empty: the root. */
  affiliation: string;
  createdAt: string;
  revokedAt: string | null;
  /** Certificates that hold now. */
  certificates: number;
}

export interface FabricIdentityPage {
  identities: FabricIdentityView[];
  /** Pass as `after` to get further ones. */
  next: string | null;
}

export const listFabricIdentitiesSchema = z.object({
  /** Part of the enrollment ID. */
  search: z.string().trim().max(64).default(''),
  /** Enrollment ID of the last one that was shown. */
  after: z.string().max(64).optional(),
});
export type ListFabricIdentitiesInput = z.input<typeof listFabricIdentitiesSchema>;

export const fabricCaKeys = {
  all: ['fabric-authority'] as const,
  authority: () => [...fabricCaKeys.all, 'standing'] as const,
  identities: (search: string) => [...fabricCaKeys.all, 'identities', search] as const,
};
