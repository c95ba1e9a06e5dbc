import { agreementSchema } from '@/lib/city-nodes/client';
import { finalitySchema, isFinalityPossible, peerHomeSchema } from '@/lib/control/client';
import { z } from 'zod';
import { contractPackageSchema } from '@/lib/templates/client';

/** Live test sub-chains of one organisation. */
export const testSubChainsMax = 3;

/** Steps of the operations, in their order; screens give each its title. */
export const provisionSteps = ['reserve-placement', 'create-peers', 'start', 'deploy', 'smoke-transaction', 'publish-endpoint', 'notify'] as const;
export const changeFinalitySteps = ['check-peers', 'approve-change', 'await-change', 'record-change'] as const;
export const movePeerSteps = ['check-peer', 'take-peer', 'record-move'] as const;
export const deleteSteps = ['revoke-keys', 'remove-peers', 'release-placement', 'notify'] as const;

export const createTestSubChainSchema = z.strictObject({
  name: z.string().trim().min(1, 'Give it a name.').max(80, 'Use at most 80 characters.').default('Test sub-chain'),
  /** Code of a city node; absent: the one with the fewest peers. */
  cityNode: z
    .string()
    .regex(/^[A-Z]{3,4}$/)
    .optional(),
  framework: z.enum(['ethereum', 'fabric']).default('ethereum'),
  /** Absent: an empty sub-chain. */
  contractPackage: contractPackageSchema.optional(),
}).refine(({ framework, contractPackage }) => contractPackage === undefined || (contractPackage.kind === 'chaincode') === (framework === 'fabric'), { path: ['contractPackage'], message: 'This contract package is for another framework.' });
export type CreateTestSubChain = z.input<typeof createTestSubChainSchema>;

export const endpointViewSchema = z.object({
  cityNode: z.string(),
  city: z.string(),
  /** Where clients call: `https://…/sin/tide-4417`, of Fabric `grpcs://…:7051`. */
  url: z.url(),
  orders: z.boolean(),
  /** P-256, DER SubjectPublicKeyInfo, base64. */
  publicKey: z.string().nullable(),
  state: z.enum(['RESERVED', 'OPEN', 'STOPPED', 'REMOVED']),
  height: z.number().int(),
  sizeBytes: z.number().int(),
  problem: z.string().nullable(),
  /** Process and machine that it runs on: equal values fail together. */
  host: z.string(),
  machine: z.string(),
  /** What it last said of the agreement; null before its first report. */
  agreement: agreementSchema.nullable(),
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
  /** In force. */
  finality: finalitySchema,
  /** A change that is under way, or failed and waits to be taken up again. */
  change: z
    .object({
      operationId: z.string(),
      finality: finalitySchema,
      state: z.enum(['PENDING', 'RUNNING', 'FAILED']),
      reason: z.string().nullable(),
      /** A host may have approved it: it has to come to its end before another mode may be chosen. */
      isBegun: z.boolean(),
    })
    .nullable(),
  genesisHash: z.string().nullable(),
  contractAddress: z.string().nullable(),
  /** Of a Fabric channel: its name, and the publisher's organisation. */
  fabric: z.object({ channelId: z.string(), mspId: z.string() }).nullable(),
  openedAt: z.iso.datetime().nullable(),
  /** In the publisher's order; with solo finality the ordering peer's first. */
  endpoints: z.array(endpointViewSchema),
});
export type SubChainView = z.infer<typeof subChainViewSchema>;
export type EndpointView = z.infer<typeof endpointViewSchema>;

/** True while another finality mode may be chosen: there is one, and no change is under way or half-way. */
export function mayChooseFinality({ state, change, endpoints }: Pick<SubChainView, 'state' | 'change'> & { endpoints: readonly unknown[] }): boolean {
  return state === 'RUNNING' && (change === null || (change.state === 'FAILED' && !change.isBegun)) && isFinalityPossible('crash', endpoints.length);
}

export const movePeerSchema = z.strictObject({ cityNode: z.string().regex(/^[A-Z]{3,4}$/), chain: z.string().max(80), to: peerHomeSchema });
export type MovePeer = z.infer<typeof movePeerSchema>;

/** One who calls a Fabric channel as a member of its publisher's organisation. */
export const makeFabricKitSchema = z.strictObject({
  member: z
    .string()
    .trim()
    .regex(/^[a-z0-9]+([._-][a-z0-9]+)*$/, 'Use small letters and digits, with single dots, hyphens or underscores in between.')
    .max(40, 'Use at most 40 characters.')
    .refine((name) => name !== 'portal', 'This name is the portal’s own.'),
  /** Administrators install and approve chaincode. */
  role: z.enum(['client', 'admin']).default('client'),
});
export type MakeFabricKit = z.input<typeof makeFabricKitSchema>;

export const changeFinalitySchema = z.strictObject({ finality: finalitySchema });
export type ChangeFinality = z.infer<typeof changeFinalitySchema>;

export const subChainKeys = {
  ofApplication: (applicationId: string) => ['sub-chains', applicationId] as const,
};
