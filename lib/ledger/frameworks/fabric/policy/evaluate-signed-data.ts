import type { MspManager } from '../msp/create-msp-manager';
import { FabricRefusal } from '../msp/refusal';
import type { Policy } from './policy';
import { validIdentities, type SignedData } from './valid-identities';

/**
 * Do these signatures satisfy the policy? Undefined when they do, else the reason. Verifies the signatures each time: where
 * several policies look at one set, `validIdentities` is asked once.
 */
export function evaluateSignedData(policy: Policy, set: readonly SignedData[], manager: MspManager): string | undefined {
  try {
    return policy.evaluate(validIdentities(set, manager));
  } catch (error) {
    if (error instanceof FabricRefusal) return error.message;
    throw error;
  }
}
