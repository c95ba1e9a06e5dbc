import type { StepOutcome } from '@/lib/operations';
import { frameworkOf } from '../frameworks';
import type { ProvisionContext } from '../frameworks/sub-chain-framework';
import { loadSubChain } from '../load-sub-chain';

/** Proves the way that clients will take. */
export async function smokeTransactionStep(context: ProvisionContext): Promise<StepOutcome> {
  const subChain = await loadSubChain(context.input.applicationId);
  return frameworkOf(subChain).prove(subChain, context);
}
