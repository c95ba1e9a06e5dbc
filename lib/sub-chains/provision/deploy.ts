import type { StepOutcome } from '@/lib/operations';
import { frameworkOf } from '../frameworks';
import type { ProvisionContext } from '../frameworks/sub-chain-framework';
import { loadSubChain } from '../load-sub-chain';

/** The contract package that was chosen, if any. */
export async function deployStep(context: ProvisionContext): Promise<StepOutcome> {
  const subChain = await loadSubChain(context.input.applicationId);
  return frameworkOf(subChain).deploy(subChain, context);
}
