import { createIdentity } from './create-identity';
import { certificatePemBytesMax } from './certificate';
import type { Identity, Msp } from './msp';
import { FabricRefusal } from './refusal';
import { readWire } from './wire';

/** The organisations of one channel. */
export interface MspManager {
  readonly msps: ReadonlyMap<string, Msp>;
  /**
   * The identity of a serialised msp.SerializedIdentity under the MSP that it names, and no other.
   * @throws FabricRefusal malformed, limit, not-allowed
   */
  deserializeIdentity(serialized: Uint8Array): Identity;
}

const mspsMax = 1_000;
const serializedBytesMax = certificatePemBytesMax + 1_024;
/** As many as Fabric remembers of one MSP. */
const rememberedMax = 100;

/**
 * @param remembered how many identities stay parsed and checked; each holds some 5 KB. What is remembered changes no answer.
 * @throws FabricRefusal not-allowed, limit
 */
export function createMspManager(list: readonly Msp[], remembered: number = rememberedMax): MspManager {
  if (list.length > mspsMax) throw new FabricRefusal('limit', `A channel has at most ${mspsMax} MSPs`);
  const msps = new Map(list.map((msp) => [msp.id, msp]));
  if (msps.size !== list.length) throw new FabricRefusal('not-allowed', 'Two MSPs of the channel have one name');
  const identities = new Map<string, Identity>();

  const deserialize = (serialized: Uint8Array): Identity => {
    if (serialized.length > serializedBytesMax) throw new FabricRefusal('limit', `An identity is larger than ${serializedBytesMax} bytes`);
    const message = readWire(serialized, 'SerializedIdentity');
    const msp = msps.get(message.text(1));
    if (!msp) throw new FabricRefusal('not-allowed', `MSP ${message.text(1)} is not defined on channel`);
    return createIdentity(msp, message.bytes(2));
  };

  return {
    msps,
    deserializeIdentity(serialized) {
      const key = Buffer.from(serialized).toString('latin1');
      const identity = identities.get(key) ?? deserialize(serialized);
      // A map keeps the order of insertion: the first is the one that was not used for longest.
      identities.delete(key);
      identities.set(key, identity);
      const [oldest] = identities.keys();
      if (identities.size > remembered && oldest !== undefined) identities.delete(oldest);
      return identity;
    },
  };
}
