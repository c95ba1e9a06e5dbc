import { pushRevocations, revokeApplicationKeys } from '@/lib/access-keys';
import type { StepContext, StepOutcome } from '@/lib/operations';
import type { DeleteInput } from '../operation-input';

/** The keys were revoked with the click; here also one that a provisioning left, and the doors are told. */
export async function revokeKeysStep({ input, write }: StepContext<DeleteInput>): Promise<StepOutcome> {
  const ids = await write((tx) => revokeApplicationKeys(tx, input.applicationId));
  await pushRevocations(ids);
  return { message: 'All keys are refused.' };
}
