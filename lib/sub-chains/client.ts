import { z } from 'zod';
import { contractPackageSchema } from '@/lib/templates/client';

/** Live test sub-chains of one organisation. */
export const testSubChainsMax = 3;

/** Steps of the two operations, in their order; screens give each its title. */
export const provisionSteps = ['reserve-placement', 'create-peers', 'start', 'deploy', 'smoke-transaction', 'publish-endpoint', 'notify'] as const;
export const deleteSteps = ['revoke-keys', 'remove-peers', 'release-placement', 'notify'] as const;

export const createTestSubChainSchema = z.strictObject({
  name: z.string().trim().min(1, 'Give it a name.').max(80, 'Use at most 80 characters.').default('Test sub-chain'),
  /** Code of a city node; absent: the one with the fewest peers. */
  cityNode: z
    .string()
    .regex(/^[A-Z]{3,4}$/)
    .optional(),
  /** Absent: an empty sub-chain. */
  contractPackage: contractPackageSchema.optional(),
});
export type CreateTestSubChain = z.input<typeof createTestSubChainSchema>;

export const endpointViewSchema = z.object({
  cityNode: z.string(),
  city: z.string(),
  /** Where clients call: `https://…/sin/tide-4417`. */
  url: z.url(),
  orders: z.boolean(),
  /** P-256, DER SubjectPublicKeyInfo, base64. */
  publicKey: z.string().nullable(),
  state: z.enum(['RESERVED', 'OPEN', 'STOPPED', 'REMOVED']),
  height: z.number().int(),
  sizeBytes: z.number().int(),
  problem: z.string().nullable(),
  checkedAt: z.iso.datetime().nullable(),
});

/** The ledger of an application as its page shows it. */
export const subChainViewSchema = z.object({
  id: z.string(),
  applicationId: z.string(),
  slug: z.string(),
  framework: z.string(),
  /** Decimal digits. */
  chainId: z.string(),
  state: z.enum(['OPENING', 'RUNNING', 'CLOSING', 'CLOSED']),
  /** Today every sub-chain has one ordering peer: no fault tolerance. */
  finality: z.literal('solo'),
  genesisHash: z.string().nullable(),
  contractAddress: z.string().nullable(),
  openedAt: z.iso.datetime().nullable(),
  /** How many city-node processes (hosts) the peers lie on; several may share one machine. */
  hosts: z.number().int(),
  /** The ordering peer's first. */
  endpoints: z.array(endpointViewSchema),
});
export type SubChainView = z.infer<typeof subChainViewSchema>;
export type EndpointView = z.infer<typeof endpointViewSchema>;

export const subChainKeys = {
  ofApplication: (applicationId: string) => ['sub-chains', applicationId] as const,
};
