import { ProposalRefused, unpackProposal, type Response, type SignedProposal, type UnpackedProposal } from '../protocol';
import { askPeer } from './ask-peer';
import { runsChaincode } from './find-chaincode';
import { GATEWAY_CODES, GatewayRefused, type PeerError } from './gateway-refused';
import type { SimulationView, EndorserPorts } from './ports';

export interface GatewayRequest {
  readonly signedProposal: SignedProposal;
  /** The organisation whose gateway the client speaks to: the first that is asked. */
  readonly homeMspId: string;
  /** The client's choice of organisations; empty: the gateway's. */
  readonly mspIds: readonly string[];
}

/**
 * Runs a chaincode for what it answers; nothing is endorsed, nothing becomes of what it writes
 * (internal/pkg/gateway/evaluate.go). Throws {@link GatewayRefused}.
 */
export async function evaluateTransaction({ signedProposal, homeMspId, mspIds }: GatewayRequest, ports: EndorserPorts): Promise<Response> {
  const proposal = readProposal(signedProposal, 'failed to unpack transaction proposal: ');
  const { channelId, specChaincodeName: name } = proposal;
  if (channelId === '') throw new GatewayRefused(GATEWAY_CODES.INVALID_ARGUMENT, 'failed to unpack transaction proposal: no channel id provided');
  if (name === '') throw new GatewayRefused(GATEWAY_CODES.INVALID_ARGUMENT, `failed to unpack transaction proposal: no chaincode name is provided, channel id [${channelId}]`);
  const view = await ports.openView(channelId);
  if (view === undefined) throw new GatewayRefused(GATEWAY_CODES.UNAVAILABLE, `failed to get config for channel [${channelId}]: could not get last config for channel ${channelId}`);
  try {
    // What only some may see goes to nobody whom the client did not name.
    const isProtected = proposal.transientMap.size > 0 && mspIds.length === 0;
    const peers = await listPeers(ports, view, homeMspId, name);
    const allowed = peers.filter((mspId) => (isProtected ? mspId === homeMspId : mspIds.length === 0 || mspIds.includes(mspId)));
    return await askOneAfterAnother(allowed, { signedProposal, view, name, isProtected }, ports);
  } finally {
    view.release();
  }
}

async function askOneAfterAnother(
  mspIds: readonly string[],
  { signedProposal, view, name, isProtected }: { readonly signedProposal: SignedProposal; readonly view: SimulationView; readonly name: string; readonly isProtected: boolean },
  ports: EndorserPorts,
): Promise<Response> {
  const errors: PeerError[] = [];
  for (const [index, mspId] of mspIds.entries()) {
    const outcome = await askPeer({ signedProposal, mspId, view }, ports);
    if (outcome.isGood) {
      // The same bytes as in the payload that would be endorsed: no plugin of ours changes either.
      return { status: 0, message: '', payload: new Uint8Array(0), ...outcome.answer.response };
    }
    errors.push({ mspId, message: outcome.message });
    if (!outcome.isRetried) throw new GatewayRefused(outcome.code, `evaluate call to endorser returned error: ${outcome.message}`, errors);
    if (index === mspIds.length - 1) throw new GatewayRefused(outcome.code, 'failed to evaluate transaction, see attached details for more info', errors);
  }
  const reason = `no peers available to evaluate chaincode ${name} in channel ${view.channelId}`;
  throw new GatewayRefused(GATEWAY_CODES.FAILED_PRECONDITION, isProtected ? `no endorsers found in the gateway's organization; retry specifying target organization(s) to protect transient data: ${reason}` : reason);
}

/** Organisations of the channel with a peer here that runs the chaincode: the gateway's own first, then by their names. */
export async function listPeers(ports: EndorserPorts, view: SimulationView, homeMspId: string, chaincode: string): Promise<string[]> {
  const here = view.organisations.map(({ mspId }) => mspId).filter((mspId) => ports.signerOf(mspId) !== undefined);
  const sorted = here.sort((a, b) => Number(b === homeMspId) - Number(a === homeMspId) || Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const runs = await Promise.all(sorted.map((mspId) => runsChaincode(ports, view, mspId, chaincode)));
  return sorted.filter((_, index) => runs[index]);
}

/** Throws {@link GatewayRefused} for bytes that are no proposal. */
export function readProposal(signedProposal: SignedProposal, prefix = ''): UnpackedProposal {
  try {
    return unpackProposal(signedProposal);
  } catch (error) {
    if (error instanceof ProposalRefused) throw new GatewayRefused(GATEWAY_CODES.INVALID_ARGUMENT, `${prefix}${error.message}`);
    throw error;
  }
}
