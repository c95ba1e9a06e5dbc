import type { ChaincodeReply } from '../../../vm/chaincode';
import { checkExpiry } from '../msp/check-expiry';
import type { Identity } from '../msp/msp';
import { validateIdentity } from '../msp/validate-identity';
import { verifySignature } from '../msp/verify-signature';
import {
  answerProposal,
  buildResponsePayload,
  chaincodeEvent,
  checkProposal,
  ProposalRefused,
  refuseProposal,
  response as responseMessage,
  unpackProposal,
  type IdentitySigner,
  type Response,
  type SignedProposal,
  type UnpackedProposal,
} from '../protocol';
import { WireError } from '@/lib/platform/pure/wire';
import { FabricStateError, findTransaction, type SimulationResult } from '../state';
import { checkAccess, type Caller } from './access-rules';
import { distributePlaintext } from './distribute-plaintext';
import { encodeInterest, listInterest, type ChaincodeInterest } from './chaincode-interest';
import { Execution, type ExecutionChannel } from './execution';
import { ExecutionFailed } from './execution-failed';
import { isSystemChaincode } from './find-chaincode';
import { findIdentity } from './find-identity';
import type { SimulationView, EndorserPorts } from './ports';

/** What a peer answers to a proposal. */
export interface ProposalAnswer {
  /** Bytes of the ProposalResponse. */
  readonly bytes: Uint8Array;
  /** Whose policies an endorsement has to satisfy; empty when nothing was simulated. */
  readonly interest: readonly ChaincodeInterest[];
}

export interface ProposalRequest {
  readonly signedProposal: SignedProposal;
  /** Whose peer is asked. */
  readonly mspId: string;
  /** The channel as it is to be simulated on; undefined: as it is now. */
  readonly view?: SimulationView;
}

/** No state of its own is needed for these, and a simulation would hold up what they wait for. */
const simulatesNothing: ReadonlySet<string> = new Set(['qscc', 'cscc']);

/**
 * Fabric's endorser, for one organisation (core/endorser/endorser.go, ProcessProposal). Throws `ProposalRefused` for a
 * proposal that is none, or that its creator may not make; all else, also what the peer itself could not do, is an answer.
 */
export async function processProposal({ signedProposal, mspId, view: given }: ProposalRequest, ports: EndorserPorts): Promise<ProposalAnswer> {
  const proposal = unpackProposal(signedProposal);
  const { channelId } = proposal;
  const signer = ports.signerOf(mspId);
  if (signer === undefined) return refused(`this peer endorses nothing for ${mspId}`);
  const view = channelId === '' ? undefined : (given ?? (await ports.openView(channelId)));
  try {
    if (channelId !== '' && view?.organisations.some((one) => one.mspId === mspId) !== true) return refused(`channel '${channelId}' not found`);
    const caller = checkCaller(proposal, view, mspId, ports);
    return await endorseSimulated({ ports, proposal, mspId, signer, view, caller });
  } finally {
    if (view !== given) view?.release();
  }
}

interface Simulated {
  readonly ports: EndorserPorts;
  readonly proposal: UnpackedProposal;
  readonly mspId: string;
  readonly signer: IdentitySigner;
  readonly view: SimulationView | undefined;
  readonly caller: Caller;
}

/** Who speaks, that it is new, and that it may be proposed: `preProcess`. */
function checkCaller(proposal: UnpackedProposal, view: SimulationView | undefined, mspId: string, ports: EndorserPorts): Caller {
  const msps = view === undefined ? ports.localMsps(mspId) : view.rules.msps;
  const found: { identity?: Identity } = {};
  checkProposal(proposal, (serialized) => {
    const identity = msps && findIdentity(msps, serialized);
    if (identity === undefined) return undefined;
    found.identity = identity;
    return { mspId: identity.msp.id, isValid: () => validateIdentity(identity) === undefined, verify: (message, signature) => verifySignature(identity, message, signature) === undefined };
  });
  const { identity } = found;
  if (identity === undefined) throw new ProposalRefused('denied', `error validating proposal: access denied: channel [${proposal.channelId}] creator org unknown, creator is malformed`);
  if (checkExpiry(identity, ports.nowMs()) !== undefined) throw new ProposalRefused('stale', 'proposal client identity expired');
  const caller = { identity, view, signed: { data: proposal.proposalBytes, identity: proposal.creator, signature: proposal.signature } };
  if (view === undefined) return caller;
  if (findTransaction(view.state, proposal.txId) !== undefined) {
    throw new ProposalRefused('invalid', `duplicate transaction found [${proposal.txId}]. Creator [${Buffer.from(proposal.creator).toString('hex')}]`);
  }
  // System chaincodes look after their own.
  const denied = isSystemChaincode(proposal.chaincode.name) ? undefined : checkAccess('peer/Propose', { channelId: proposal.channelId, view }, caller, mspId);
  if (denied !== undefined) throw new ProposalRefused('denied', denied);
  return caller;
}

async function endorseSimulated(simulated: Simulated): Promise<ProposalAnswer> {
  const { ports, proposal, mspId, signer, view, caller } = simulated;
  const { channelId, txId, proposalHash, chaincode } = proposal;
  const execution = new Execution({ ports, mspId, proposal, caller });
  try {
    const channel = view === undefined || simulatesNothing.has(chaincode.name) ? undefined : execution.open(view);
    const version = await execution.findVersion(channel, chaincode.name).catch((error: unknown) => {
      if (error instanceof ExecutionFailed) throw new ExecutionFailed(`make sure the chaincode ${chaincode.name} has been successfully defined on channel ${channelId} and try again: ${error.message}`);
      throw error;
    });
    const { response, event, result } = await simulate(execution, channel, simulated);
    const interest = result && listInterest(result, isSystemChaincode);
    const responsePayload = buildResponsePayload({ proposalHash, results: result?.rwset ?? new Uint8Array(0), event, response, chaincode: { name: chaincode.name, version }, txId });
    return { bytes: answerProposal({ channelId, response, responsePayload, interest: interest && encodeInterest(interest), signer }), interest: interest ?? [] };
  } catch (error) {
    if (error instanceof ExecutionFailed) return refused(error.message);
    throw error;
  } finally {
    execution.close();
  }
}

interface SimulationOutcome {
  readonly response: Response;
  readonly event: { readonly eventName: string; readonly payload: Uint8Array } | undefined;
  readonly result: SimulationResult | undefined;
}

async function simulate(execution: Execution, channel: ExecutionChannel | undefined, { ports, proposal, mspId, signer }: Simulated): Promise<SimulationOutcome> {
  const failed = (reason: string) => new ExecutionFailed(`error in simulation: ${reason}`);
  const { txId, channelId } = proposal;
  try {
    const reply = await execution.run(channel).catch((error: unknown) => {
      if (error instanceof ExecutionFailed) throw new ExecutionFailed(`failed to execute transaction ${txId}: ${error.message}`);
      throw error;
    });
    const { response, event } = readReply(reply, txId);
    const result = channel?.simulator.finish();
    // Only what somebody can submit is worth keeping. Before the endorsement leaves: whoever holds it may order it at once.
    if (channel !== undefined && result?.privateRwset !== undefined && response.status < 400) {
      await distributePlaintext({ view: channel.view, mspId, signer, txId, privateRwset: result.privateRwset }, ports);
      await ports.keepPlaintext({ channelId, txId, mspId, height: channel.view.height, privateRwset: result.privateRwset });
    }
    return { response, event: response.status < 400 ? event : undefined, result };
  } catch (error) {
    if (error instanceof ExecutionFailed || error instanceof FabricStateError) throw failed(error.message);
    throw error;
  }
}

/** Of COMPLETED the response and the event; an ERROR is a chaincode that failed (processChaincodeExecutionResult). */
function readReply(reply: ChaincodeReply, txId: string): Pick<SimulationOutcome, 'response' | 'event'> {
  if (reply.isError) throw new ExecutionFailed(`transaction returned with failure: ${Buffer.from(reply.payload).toString('utf8')}`);
  try {
    const event = reply.event === undefined ? undefined : chaincodeEvent.decode(reply.event);
    return { response: responseMessage.decode(reply.payload), event: event && { eventName: event.eventName, payload: event.payload } };
  } catch (error) {
    if (error instanceof WireError) throw new ExecutionFailed(`failed to unmarshal response for transaction ${txId}: proto: ${error.message}`);
    throw error;
  }
}

function refused(message: string): ProposalAnswer {
  return { bytes: refuseProposal(message), interest: [] };
}
