import { WireError, type MessageType } from '@/lib/platform/pure/wire';
import { TransactionInvalid, type ValidationCodeName } from './validation-codes';

/** Decodes, or throws {@link TransactionInvalid} with this code and Fabric's words. */
export function decodeOrInvalid<T>(type: MessageType<T>, bytes: Uint8Array, code: ValidationCodeName): T {
  try {
    return type.decode(bytes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new TransactionInvalid(code, `error unmarshalling ${type.name}: proto: ${error.message}`);
  }
}
