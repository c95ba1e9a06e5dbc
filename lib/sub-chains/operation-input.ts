import { finalitySchema, peerHomeSchema } from '@/lib/control';
import { z } from 'zod';

/** Every operation acts on one application; whatever else it needs it reads from its rows. */
export const applicationInputSchema = z.object({ applicationId: z.string() });
export type ApplicationInput = z.infer<typeof applicationInputSchema>;

export const deleteInputSchema = applicationInputSchema.extend({
  /** `expired`: the 30 days of a test sub-chain have ended, its owners are told. */
  cause: z.enum(['asked', 'expired']),
});
export type DeleteInput = z.infer<typeof deleteInputSchema>;

export const changeFinalityInputSchema = applicationInputSchema.extend({ from: finalitySchema, to: finalitySchema });
export type ChangeFinalityInput = z.infer<typeof changeFinalityInputSchema>;

export const movePeerInputSchema = applicationInputSchema.extend({ cityNode: z.string(), to: peerHomeSchema });
export type MovePeerInput = z.infer<typeof movePeerInputSchema>;
