import { z } from 'zod';

/** Both operations act on one application; whatever else they need they read from its rows. */
export const applicationInputSchema = z.object({ applicationId: z.string() });
export type ApplicationInput = z.infer<typeof applicationInputSchema>;

export const deleteInputSchema = applicationInputSchema.extend({
  /** `expired`: the 30 days of a test sub-chain have ended, its owners are told. */
  cause: z.enum(['asked', 'expired']),
});
export type DeleteInput = z.infer<typeof deleteInputSchema>;
