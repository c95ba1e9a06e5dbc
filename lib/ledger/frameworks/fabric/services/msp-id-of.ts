import { message, string, WireError } from '@/lib/platform/pure/wire';

const serializedIdentity = message('SerializedIdentity', { mspId: string(1) });

/** The organisation that the bytes of a SerializedIdentity name, whoever wrote them; empty when they are none. */
export function mspIdOf(serialized: Uint8Array): string {
  try {
    return serializedIdentity.decode(serialized).mspId;
  } catch (error) {
    if (error instanceof WireError) return '';
    throw error;
  }
}
