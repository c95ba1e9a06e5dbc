/** Browser-safe door: states, schemas, shapes and query keys. */
import type { InvoiceView } from '@/lib/billing/client';
import type { Finality } from '@/lib/control/client';
import { ledgerPageSchema } from '@/lib/explorer/client';
import { metersViewSchema } from '@/lib/metering/client';
import type { OperationView } from '@/lib/operations/client';
import { z } from 'zod';
import { applicationStates, type ApplicationState } from './application-state';
import type { MissingInDraft } from './drafts/check-draft';

export * from './application-state';
export { isExplored, offeredFrameworks, type FrameworkCode } from './frameworks';
export {
  cityNodesMax,
  completeStepSchemas,
  contractDraftCharactersMax,
  draftStepSchemas,
  draftSteps,
  saveDraftStepSchema,
  type DraftStep,
  type SaveDraftStepInput,
} from './drafts/draft-steps';
export { finalityOfDraft } from './drafts/draft-finality';
export { checkDraft, type DraftContent, type MissingInDraft } from './drafts/check-draft';

export interface CityNodeChoice {
  /** `SIN`. */
  code: string;
  city: string;
  country: string;
  provider: string;
}

export interface ApplicationView {
  id: string;
  organisation: { id: string; name: string };
  plan: 'TEST' | 'STANDARD';
  state: ApplicationState;
  /** Why it was rejected, failed or cancelled, in plain words. */
  stateReason: string | null;
  /** Empty in a draft that has none yet. */
  name: string;
  description: string;
  framework: string | null;
  frameworkVersion: string | null;
  /** Of a draft: perhaps half-typed. Otherwise the shape of templates' `contractPackageSchema`. */
  contractPackage: unknown;
  /** In the publisher's order; with solo finality the first one orders. */
  cityNodes: CityNodeChoice[];
  /** Null in a draft whose publisher has not chosen: `finalityOfDraft` says what it comes to. */
  finality: Finality | null;
  /** Null once submitted. */
  draft: {
    /** Step to open the wizard at. */
    step: string | null;
    missing: MissingInDraft;
  } | null;
  /** Counts every change; send it back with a change. */
  version: number;
  /** ISO 8601, as all times. */
  createdAt: string;
  updatedAt: string;
  submittedAt: string | null;
  decidedAt: string | null;
  runningAt: string | null;
  expiresAt: string | null;
  deletedAt: string | null;
}

/** A line in a list. */
export type ApplicationSummary = Omit<ApplicationView, 'contractPackage' | 'draft' | 'description'>;

export interface ApplicationPage {
  applications: ApplicationSummary[];
  total: number;
  page: number;
  pageSize: number;
}

/** What a contract package is, without its contents, which may be large. */
export type ContractSummary =
  | { kind: 'template'; template: string; parameters: Record<string, string> }
  | { kind: 'chaincode'; template: string; name: string }
  | { kind: 'own'; name: string; functions: number; bytecodeBytes: number; constructorArguments: string[] };

/** What the portal admin decides on, as the queue shows it. */
export interface PublicationView {
  application: ApplicationSummary & { description: string };
  contract: ContractSummary | null;
  requestedBy: { name: string; email: string };
  invoice: Pick<InvoiceView, 'id' | 'number' | 'book' | 'state' | 'amountMinor' | 'currency'> | null;
  /** The newest provisioning or deletion. */
  operation: OperationView | null;
}

/** With the contract package itself. */
export interface PublicationDetail extends PublicationView {
  application: ApplicationView;
}

export interface PublicationPage {
  publications: PublicationView[];
  total: number;
  page: number;
  pageSize: number;
}

/** One event of `/api/applications/[applicationId]/events`. */
export const applicationEventSchema = z.discriminatedUnion('kind', [
  /** The application, or the invoice that goes with it, changed: ask for it again. */
  z.object({
    kind: z.literal('state'),
    state: z.enum(applicationStates),
    stateReason: z.string().nullable(),
    version: z.number().int(),
    /** Of the newest invoice; null without one, and for roles that may not see money. */
    invoiceState: z.enum(['OPEN', 'PAID', 'REFUNDING', 'REFUNDED', 'VOID']).nullable(),
  }),
  /** The newest blocks and their transactions. */
  z.object({ kind: z.literal('ledger'), page: ledgerPageSchema }),
  z.object({ kind: z.literal('meters'), meters: metersViewSchema }),
]);
export type ApplicationEvent = z.infer<typeof applicationEventSchema>;

const page = z.coerce.number().int().min(1).max(100_000).default(1);
// What stands in an address may hold anything; a row holds no control characters.
const search = z.string().trim().max(80).regex(/^\P{Cc}*$/u).optional();

export const listApplicationsSchema = z.object({ search, state: z.enum(applicationStates).optional(), page });
export type ListApplicationsInput = z.infer<typeof listApplicationsSchema>;

/** States that an admin looks at; a draft is nobody's business but its organisation's. */
export const publicationStates = applicationStates.filter((state) => state !== 'DRAFT');
export const listPublicationsSchema = z.object({ search, state: z.enum(publicationStates).default('SUBMITTED'), page });
export type ListPublicationsInput = z.infer<typeof listPublicationsSchema>;

export const submitApplicationSchema = z.strictObject({ version: z.number().int().min(0) });
export const rejectApplicationSchema = z.strictObject({
  reason: z.string().trim().min(10, 'Say in a sentence why, so that the publisher can do better.').max(1_000, 'Use at most 1,000 characters.'),
});
export const deleteApplicationSchema = z.strictObject({ name: z.string().max(80).optional() });

export const applicationKeys = {
  all: ['applications'] as const,
  lists: () => [...applicationKeys.all, 'list'] as const,
  list: (filter: Partial<ListApplicationsInput>) => [...applicationKeys.lists(), filter] as const,
  detail: (applicationId: string) => [...applicationKeys.all, 'detail', applicationId] as const,
};

export const publicationKeys = {
  all: ['publications'] as const,
  list: (filter: Partial<ListPublicationsInput>) => [...publicationKeys.all, 'list', filter] as const,
  detail: (applicationId: string) => [...publicationKeys.all, 'detail', applicationId] as const,
};
