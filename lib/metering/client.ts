import { z } from 'zod';

export { planQuotas, planQuota, meterPeriod, type PlanCode, type PlanQuota } from './plans';

const meter = z.object({ used: z.number().int(), /** Null: not limited. */ limit: z.number().int().nullable() });

/** What an application has used, beside what its plan allows. */
export const metersViewSchema = z.object({
  plan: z.enum(['TEST', 'STANDARD']),
  /** `total`, or the calendar month in UTC, such as `2026-11`. */
  period: z.string(),
  /** Let in by the quota at the doors, whatever the sub-chain answered; what the key check or the quota refused is not counted. */
  requests: meter,
  /** Transactions that the doors took in. */
  transactions: meter,
  /** Bytes of the fullest peer; null before the first measurement. */
  storage: meter.extend({ used: z.number().int().nullable(), cityNode: z.string().nullable() }),
  measuredAt: z.iso.datetime().nullable(),
});
export type MetersView = z.infer<typeof metersViewSchema>;

export const meterKeys = {
  ofApplication: (applicationId: string) => ['meters', applicationId] as const,
};
