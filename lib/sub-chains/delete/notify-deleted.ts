import type { StepContext, StepOutcome } from '@/lib/operations';
import { mailOwners } from '../mail-owners';
import type { DeleteInput } from '../operation-input';
import { loadSubChain } from '../load-sub-chain';

/** Whoever asked for the deletion knows of it; owners of an expired test sub-chain are told. */
export async function notifyDeletedStep(context: StepContext<DeleteInput>): Promise<StepOutcome> {
  if (context.input.cause !== 'expired') return { message: 'Asked for by a member: no mail.' };
  const { application, slug } = await loadSubChain(context.input.applicationId);
  const sent = await mailOwners(context, {
    subject: `${application.name} has ended`,
    text: `The 30 days of the test sub-chain ${application.name} (${slug}) are over. It was deleted with all its blocks and keys.\n\nYou can make another one, or publish the application.\n`,
  });
  return { message: sent === 1 ? 'Mailed to the owner.' : `Mailed to ${sent} owners.` };
}
