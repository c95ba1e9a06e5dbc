import type { StepContext, StepOutcome } from '@/lib/operations';
import { getEnv } from '@/lib/platform';
import { mailOwners } from '../mail-owners';
import type { ApplicationInput } from '../operation-input';
import { loadSubChain } from '../load-sub-chain';

/** Tells the owners that the sub-chain runs. */
export async function notifyStep(context: StepContext<ApplicationInput>): Promise<StepOutcome> {
  const { applicationId } = context.input;
  const { application, slug } = await loadSubChain(applicationId);
  const page = new URL(`/applications/${applicationId}`, getEnv().PUBLIC_URL).href;
  const sent = await mailOwners(context, {
    subject: `${application.name} is running`,
    text: `The sub-chain of ${application.name} (${slug}) is running.\n\nIts page shows the endpoints, lets you make access keys and has code that you can copy:\n${page}\n`,
  });
  return { message: sent === 1 ? 'Mailed to the owner.' : `Mailed to ${sent} owners.` };
}
