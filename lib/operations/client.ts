import { z } from 'zod';
import { operationStates, operationStepStates } from './operation-state';

export { isFinalOperation, canMoveOperation, type OperationState, type OperationStepState } from './operation-state';

export const operationStepViewSchema = z.object({
  name: z.string(),
  state: z.enum(operationStepStates),
  attempts: z.number().int(),
  /** What is waited for, what was done, or why the last try failed. */
  message: z.string().nullable(),
  startedAt: z.iso.datetime().nullable(),
  /** Milliseconds from its first start to its end; absent while it is not done. */
  ms: z.number().int().nullable(),
});

/** One operation as a screen or an API client sees it. Times are ISO 8601. */
export const operationViewSchema = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.enum(operationStates),
  organisationId: z.string().nullable(),
  applicationId: z.string().nullable(),
  startedById: z.string().nullable(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  /** It waits until then before it tries again. */
  notBefore: z.iso.datetime().nullable(),
  /** Raised by each change; a view with a lower number is older. */
  version: z.number().int(),
  progress: z.object({ done: z.number().int(), total: z.number().int() }),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  steps: z.array(operationStepViewSchema),
});

export type OperationView = z.infer<typeof operationViewSchema>;
export type OperationStepView = z.infer<typeof operationStepViewSchema>;

export const operationKeys = {
  all: ['operations'] as const,
  detail: (operationId: string) => ['operations', operationId] as const,
  ofApplication: (applicationId: string) => ['operations', 'application', applicationId] as const,
};
