import type { MspManager } from '../msp/create-msp-manager';
import type { Identity } from '../msp/msp';
import { FabricRefusal } from '../msp/refusal';
import type { EndorserPorts, SimulationView } from './ports';

/** The identity of a SerializedIdentity; undefined when its bytes are none, or no organisation here stands for it. */
export function findIdentity(msps: MspManager, serialized: Uint8Array): Identity | undefined {
  try {
    return msps.deserializeIdentity(serialized);
  } catch (error) {
    if (error instanceof FabricRefusal) return undefined;
    throw error;
  }
}

/** Who an organisation's peer on this city node is in a channel; undefined when it has none, or one that the channel does not take. */
export function findPeerHere(ports: Pick<EndorserPorts, 'signerOf'>, { rules }: Pick<SimulationView, 'rules'>, mspId: string): Identity | undefined {
  const signer = ports.signerOf(mspId);
  return signer && findIdentity(rules.msps, signer.serialized);
}
