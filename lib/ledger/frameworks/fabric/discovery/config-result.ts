import { FieldWriter } from '@/lib/platform/pure/wire';
import { readWire } from '../msp/wire';
import { readChannelConfig, unpackBlock, type OrganisationRead } from '../protocol';
import { configResult as configResultMessage, endpoints } from './messages';

export interface ConfigResultOptions {
  /** Bytes of the Block with the configuration in force. */
  readonly configBlock: Uint8Array;
  /** `host:port` where envelopes are taken. */
  readonly ordererAddress: string;
  /** PEM of the roots by which clients verify the machines at these addresses. */
  readonly tlsRoots: readonly string[];
}

/** Of msp.FabricMSPConfig. */
const MSP_NAME = 1;
const MSP_TLS_ROOTS = 9;

/**
 * Bytes of the ConfigResult: the MSPs of a channel, and where its orderers are (discovery/support/config/support.go). An MSP is
 * told as the configuration has it, with the TLS roots of this machine beside its own: who believes an organisation's answer
 * has to reach its peers. Envelopes for every orderer organisation are taken here.
 * @throws ConfigInvalid, BlockInvalid, FabricRefusal for a block that holds no configuration
 */
export function configResult({ configBlock, ordererAddress, tlsRoots }: ConfigResultOptions): Uint8Array {
  const [envelope = new Uint8Array(0)] = unpackBlock(configBlock).envelopes;
  const { organisations, ordererOrganisations } = readChannelConfig(envelope);
  const msps = new Map<string, Uint8Array>();
  const read = (one: OrganisationRead) => {
    const msp = readWire(one.mspConfig, 'The MSP configuration').bytes(2);
    const mspId = readWire(msp, 'The MSP configuration').text(MSP_NAME);
    if (!msps.has(mspId)) msps.set(mspId, withTlsRoots(msp, tlsRoots));
    return mspId;
  };
  const orderers = ordererOrganisations.map(read);
  organisations.forEach(read);
  const here = endpoints.encode({ endpoints: [splitAddress(ordererAddress)] });
  return configResultMessage.encode({ msps, orderers: new Map(orderers.map((mspId) => [mspId, here])) });
}

/** Bytes of the FabricMSPConfig with those roots that it does not have yet; what stands there stays as it is. */
function withTlsRoots(msp: Uint8Array, tlsRoots: readonly string[]): Uint8Array {
  const known = new Set(readWire(msp, 'The MSP configuration').all(MSP_TLS_ROOTS).map((pem) => Buffer.from(pem).toString('utf8').trim()));
  const writer = new FieldWriter().items(MSP_TLS_ROOTS, tlsRoots.filter((pem) => !known.has(pem.trim())), (pem) => Buffer.from(pem, 'utf8'));
  return Buffer.concat([msp, writer.finish()]);
}

/** The port stands behind the last colon. */
function splitAddress(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
}
