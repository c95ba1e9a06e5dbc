import { nobodyElse } from '../channel-peers';
import { endorseTransaction, evaluateTransaction, GatewayRefused, processProposal, type GatewayRequest } from '../endorser';
import { checkExpiry } from '../msp/check-expiry';
import { envelope, ProposalRefused, signedProposal as signedProposalMessage, unpackProposal, type SignedProposal } from '../protocol';
import { answeringMspId, findSigner, takeLocalRequest, takeRequest } from './admit';
import { decodeRequest, endorseRequest, endorseResponse, evaluateRequest, evaluateResponse } from './messages';
import { mspIdOf } from './msp-id-of';
import type { ServiceCall, ServicePorts } from './ports';
import { SERVICE_CODES, ServiceRefused } from './service-refused';

/** gateway.Gateway/Evaluate (internal/pkg/gateway/evaluate.go). */
export async function evaluate(ports: ServicePorts, request: Uint8Array, call: ServiceCall): Promise<Uint8Array> {
  const { proposedTransaction, targetOrganizations } = decodeRequest(evaluateRequest, request);
  if (proposedTransaction === undefined || proposedTransaction.proposalBytes.length === 0) throw new ServiceRefused(SERVICE_CODES.INVALID_ARGUMENT, 'failed to unpack transaction proposal: a signed proposal is required');
  const admitted = admitProposal(ports, proposedTransaction, call.entrance);
  const result = await refusing(ports, admitted, { signedProposal: proposedTransaction, homeMspId: admitted.mspId, mspIds: targetOrganizations, signal: call.signal }, evaluateTransaction);
  return evaluateResponse.encode({ result });
}

/** gateway.Gateway/Endorse (internal/pkg/gateway/endorse.go). */
export async function endorse(ports: ServicePorts, request: Uint8Array, call: ServiceCall): Promise<Uint8Array> {
  const { proposedTransaction, endorsingOrganizations } = decodeRequest(endorseRequest, request);
  if (proposedTransaction === undefined || proposedTransaction.proposalBytes.length === 0) throw new ServiceRefused(SERVICE_CODES.INVALID_ARGUMENT, 'the proposed transaction must contain a signed proposal');
  const admitted = admitProposal(ports, proposedTransaction, call.entrance);
  const payload = await refusing(ports, admitted, { signedProposal: proposedTransaction, homeMspId: admitted.mspId, mspIds: endorsingOrganizations, signal: call.signal }, endorseTransaction);
  return endorseResponse.encode({ preparedTransaction: envelope.encode({ payload }) });
}

/** protos.Endorser/ProcessProposal (core/endorser/endorser.go): what Fabric refuses before it simulates is an error without a code of its own. */
export async function propose(ports: ServicePorts, request: Uint8Array, call: ServiceCall): Promise<Uint8Array> {
  const signedProposal = decodeRequest(signedProposalMessage, request);
  const { mspId } = admitProposal(ports, signedProposal, call.entrance);
  try {
    return (await processProposal({ signedProposal, mspId }, ports.endorser)).bytes;
  } catch (error) {
    if (error instanceof ProposalRefused) throw new ServiceRefused(SERVICE_CODES.UNKNOWN, error.message);
    throw error;
  }
}

/** Who a proposal comes from, as far as it can be told before it is carried out; what is wrong with it is said there. */
export interface AdmittedProposal {
  /** The organisation whose peer answers it. */
  readonly mspId: string;
  /** Somebody of the channel signed it: only then other hosts are bothered with it. */
  readonly isMembers: boolean;
}

/** Counts the request if somebody of the channel made it. */
export function admitProposal(ports: Pick<ServicePorts, 'findChannel' | 'endorser' | 'nowMs' | 'takeLocalRequest'>, signedProposal: SignedProposal, entrance: string): AdmittedProposal {
  const read = unpackOrNone(signedProposal);
  const channel = read && ports.findChannel(read.channelId);
  if (read === undefined) return { mspId: entrance, isMembers: false };
  const signed = { data: read.proposalBytes, identity: read.creator, signature: read.signature };
  if (read.channelId === '') takeLocalRequest(ports, mspIdOf(read.creator), signed);
  const identity = channel && findSigner(channel, signed);
  const isMembers = channel !== undefined && identity !== undefined && checkExpiry(identity, ports.nowMs()) === undefined;
  if (isMembers) takeRequest(channel, ports);
  const own = identity?.msp.id ?? mspIdOf(read.creator);
  return { mspId: answeringMspId(ports, own, entrance, channel?.homeMspId ?? own), isMembers };
}

function unpackOrNone(signedProposal: SignedProposal) {
  try {
    return unpackProposal(signedProposal);
  } catch (error) {
    if (error instanceof ProposalRefused) return undefined;
    throw error;
  }
}

async function refusing<T>(ports: ServicePorts, { isMembers }: AdmittedProposal, request: GatewayRequest, run: (request: GatewayRequest, endorser: ServicePorts['endorser']) => Promise<T>): Promise<T> {
  try {
    return await run(request, isMembers ? ports.endorser : { ...ports.endorser, elsewhere: nobodyElse });
  } catch (error) {
    if (!(error instanceof GatewayRefused)) throw error;
    throw new ServiceRefused(error.code, error.message, error.details.map((one) => ({ ...one, address: one.address ?? ports.addressOf(one.mspId) })));
  }
}
