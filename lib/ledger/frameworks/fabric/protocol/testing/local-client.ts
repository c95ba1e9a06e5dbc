import { connect, signers, type Gateway, type GrpcClient } from '@hyperledger/fabric-gateway';
import { status } from '@grpc/grpc-js';
import { common, gateway } from '@hyperledger/fabric-protos';
import { endorse } from '../endorsement/endorse';
import { buildResponsePayload } from '../endorsement/build-response-payload';
import { prepareTransaction } from '../endorsement/prepare-transaction';
import type { FindIdentity } from '../identity';
import { checkProposal } from '../proposal/check-proposal';
import { unpackProposal, type UnpackedProposal } from '../proposal/unpack-proposal';
import type { TestIdentity } from './test-organisations';

/** What a call of the chaincode does, played instead of simulated. */
export type PlayChaincode = (proposal: UnpackedProposal) => { readonly result: string; readonly event?: { readonly eventName: string; readonly payload: Uint8Array } };

/** The official client's connection and what came over it. */
export interface LocalGateway {
  readonly gateway: Gateway;
  /** Envelopes that were submitted, as bytes. */
  readonly submitted: Uint8Array[];
  readonly proposals: UnpackedProposal[];
}

/**
 * The unmodified client of Fabric in front of the protocol's functions, without a socket between them: requests and
 * answers cross as bytes, through the client's own encoders.
 */
export function connectLocally(options: { readonly client: TestIdentity; readonly endorsers: readonly TestIdentity[]; readonly findIdentity: FindIdentity; readonly play: PlayChaincode }): LocalGateway {
  const submitted: Uint8Array[] = [];
  const proposals: UnpackedProposal[] = [];

  function endorseCall(bytes: Uint8Array): Uint8Array {
    const proposed = gateway.EndorseRequest.deserializeBinary(bytes).getProposedTransaction();
    if (!proposed) throw new Error('no proposed transaction');
    const proposal = unpackProposal({ proposalBytes: proposed.getProposalBytes_asU8(), signature: proposed.getSignature_asU8() });
    checkProposal(proposal, options.findIdentity);
    proposals.push(proposal);
    const { result, event } = options.play(proposal);
    const payload = buildResponsePayload({
      proposalHash: proposal.proposalHash,
      results: Buffer.from('read-write set'),
      event,
      response: { status: 200, message: '', payload: Buffer.from(result) },
      chaincode: { name: proposal.chaincode.name, version: '1.0' },
      txId: proposal.txId,
    });
    const envelope = new common.Envelope();
    envelope.setPayload(prepareTransaction(proposal, options.endorsers.map((one) => ({ payload, endorsement: endorse(payload, one) }))));
    const answer = new gateway.EndorseResponse();
    answer.setPreparedTransaction(envelope);
    return answer.serializeBinary();
  }

  function submitCall(bytes: Uint8Array): Uint8Array {
    const envelope = gateway.SubmitRequest.deserializeBinary(bytes).getPreparedTransaction();
    if (envelope) submitted.push(envelope.serializeBinary());
    return new gateway.SubmitResponse().serializeBinary();
  }

  const handlers: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = { '/gateway.Gateway/Endorse': endorseCall, '/gateway.Gateway/Submit': submitCall };
  const client = {
    makeUnaryRequest(method: string, serialize: (value: unknown) => Buffer, deserialize: (value: Buffer) => unknown, argument: unknown, _options: unknown, callback: (error: unknown, value?: unknown) => void) {
      try {
        const answer = handlers[method]?.(serialize(argument));
        if (answer === undefined) throw new Error(`nobody answers ${method}`);
        callback(null, deserialize(Buffer.from(answer)));
      } catch (error) {
        callback(Object.assign(error as Error, { code: status.ABORTED, details: (error as Error).message, metadata: undefined }));
      }
    },
  } as unknown as GrpcClient;
  const { mspId, certificate, privateKey } = options.client;
  return {
    gateway: connect({ client, identity: { mspId, credentials: Buffer.from(certificate) }, signer: signers.newPrivateKeySigner(privateKey) }),
    submitted,
    proposals,
  };
}
