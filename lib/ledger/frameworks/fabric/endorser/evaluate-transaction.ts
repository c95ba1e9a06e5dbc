import { ProposalRefused, unpackProposal, type Response, type SignedProposal, type UnpackedProposal } from '../protocol';
import { filterRunning, GatewayPeers, sortPeers, type GatewayPeer } from './gateway-peers';
import { GATEWAY_CODES, GatewayRefused, type GatewayCode, type PeerError } from './gateway-refused';
import type { EndorserPorts } from './ports';

export interface GatewayRequest {
  readonly signedProposal: SignedProposal;
  /** The organisation whose gateway the client speaks to: the first that is asked. */
  readonly homeMspId: string;
  /** The client's choice of organisations; empty: the gateway's. */
  readonly mspIds: readonly string[];
  /** Aborted when the client hung up, or its time is up. */
  readonly signal: AbortSignal;
}

/**
 * Runs a chaincode for what it answers; nothing is endorsed, nothing becomes of what it writes
 * (internal/pkg/gateway/evaluate.go). Throws {@link GatewayRefused}.
 */
export async function evaluateTransaction({ signedProposal, homeMspId, mspIds, signal }: GatewayRequest, ports: EndorserPorts): Promise<Response> {
  const proposal = readProposal(signedProposal, 'failed to unpack transaction proposal: ');
  const { channelId, specChaincodeName: name } = proposal;
  if (channelId === '') throw new GatewayRefused(GATEWAY_CODES.INVALID_ARGUMENT, 'failed to unpack transaction proposal: no channel id provided');
  if (name === '') throw new GatewayRefused(GATEWAY_CODES.INVALID_ARGUMENT, `failed to unpack transaction proposal: no chaincode name is provided, channel id [${channelId}]`);
  const view = await ports.openView(channelId);
  if (view === undefined) throw new GatewayRefused(GATEWAY_CODES.UNAVAILABLE, `failed to get config for channel [${channelId}]: could not get last config for channel ${channelId}`);
  try {
    // What only some may see goes to nobody whom the client did not name.
    const isProtected = proposal.transientMap.size > 0 && mspIds.length === 0;
    const isAllowed = ({ mspId }: GatewayPeer) => (isProtected ? mspId === homeMspId : mspIds.length === 0 || mspIds.includes(mspId));
    const peers = new GatewayPeers({ signedProposal, view, ports, signal });
    const evaluation = new Evaluation(signal);
    const listRunning = async (all: readonly GatewayPeer[]) => sortPeers(await filterRunning(all.filter(isAllowed), name), homeMspId);
    const near = await evaluation.ask((await listRunning(peers.here)).filter(({ mspId }) => mspId === homeMspId));
    if (near !== undefined) return near;
    // Other hosts' peers of the own organisation come before other organisations' peers here.
    for await (const all of peers.everywhere()) {
      const answer = await evaluation.ask(await listRunning(all));
      if (answer !== undefined) return answer;
    }
    const unavailable = `no peers available to evaluate chaincode ${name} in channel ${channelId}`;
    throw evaluation.refusal(isProtected ? `no endorsers found in the gateway's organization; retry specifying target organization(s) to protect transient data: ${unavailable}` : unavailable);
  } finally {
    view.release();
  }
}

/** Asks one peer after another until one answers; a chaincode's own error is an answer that no other peer betters. */
class Evaluation {
  readonly #errors: PeerError[] = [];
  readonly #names = new Set<string>();
  #code: GatewayCode = GATEWAY_CODES.FAILED_PRECONDITION;

  constructor(readonly signal: AbortSignal) {}

  /** Undefined when none of them has an answer. Throws {@link GatewayRefused}. */
  async ask(peers: readonly GatewayPeer[]): Promise<Response | undefined> {
    for (const { name, mspId, address, ask } of peers) {
      if (this.#names.has(name)) continue;
      this.#names.add(name);
      const outcome = await ask();
      if (this.signal.aborted) throw new GatewayRefused(GATEWAY_CODES.DEADLINE_EXCEEDED, 'evaluate timeout expired');
      // The same bytes as in the payload that would be endorsed: no plugin of ours changes either.
      if (outcome.isGood) return { status: 0, message: '', payload: new Uint8Array(0), ...outcome.answer.response };
      this.#errors.push({ mspId, address, message: outcome.message });
      this.#code = outcome.code;
      if (!outcome.isRetried) throw new GatewayRefused(outcome.code, `evaluate call to endorser returned error: ${outcome.message}`, this.#errors);
    }
    return undefined;
  }

  /** `nobody`: what is said when there was no peer to ask. */
  refusal(nobody: string): GatewayRefused {
    return new GatewayRefused(this.#code, this.#names.size > 0 ? 'failed to evaluate transaction, see attached details for more info' : nobody, this.#errors);
  }
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
