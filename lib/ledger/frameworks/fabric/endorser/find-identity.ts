import type { MspManager } from '../msp/create-msp-manager';
import type { Identity } from '../msp/msp';
import { FabricRefusal } from '../msp/refusal';

/** The identity of a SerializedIdentity; undefined when its bytes are none, or no organisation here stands for it. */
export function findIdentity(msps: MspManager, serialized: Uint8Array): Identity | undefined {
  try {
    return msps.deserializeIdentity(serialized);
  } catch (error) {
    if (error instanceof FabricRefusal) return undefined;
    throw error;
  }
}
