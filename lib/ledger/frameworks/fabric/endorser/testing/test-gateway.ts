import { Metadata, status } from '@grpc/grpc-js';
import { connect, signers, type Contract, type GrpcClient } from '@hyperledger/fabric-gateway';
import { common, gateway, peer } from '@hyperledger/fabric-protos';
import { endorseTransaction } from '../endorse-transaction';
import { evaluateTransaction } from '../evaluate-transaction';
import { GatewayRefused } from '../gateway-refused';
import { approveDefinition, commitDefinition, type TestDefinition } from '../../testing/lifecycle-calls';
import type { TestSigner } from '../../testing/test-organisation';
import type { EndorserPorts } from '../ports';
import type { TestCity } from './test-city';

const never = new AbortController().signal;

export interface TestUser {
  readonly mspId: string;
  readonly signer: TestSigner;
}

/** What the client got instead of an answer. */
export interface TestRefusal {
  readonly code: number;
  readonly message: string;
  readonly details: readonly string[];
}

/**
 * A contract as the unmodified official client sees it, with the endorser behind it instead of a socket. What it submits
 * stands in a block at once.
 */
export function openContract(city: TestCity, user: TestUser, channelId: string, chaincode: string, ports: EndorserPorts = city.ports()): Contract {
  const handlers: Readonly<Record<string, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
    '/gateway.Gateway/Endorse': async (bytes) => {
      const request = gateway.EndorseRequest.deserializeBinary(bytes);
      const payload = await endorseTransaction({ ...proposed(request.getProposedTransaction()), homeMspId: user.mspId, mspIds: request.getEndorsingOrganizationsList(), signal: never }, ports);
      const envelope = new common.Envelope();
      envelope.setPayload(payload);
      const answer = new gateway.EndorseResponse();
      answer.setPreparedTransaction(envelope);
      return answer.serializeBinary();
    },
    '/gateway.Gateway/Evaluate': async (bytes) => {
      const request = gateway.EvaluateRequest.deserializeBinary(bytes);
      const { status, message, payload } = await evaluateTransaction({ ...proposed(request.getProposedTransaction()), homeMspId: user.mspId, mspIds: request.getTargetOrganizationsList(), signal: never }, ports);
      const result = new peer.Response();
      result.setStatus(status);
      result.setMessage(message);
      result.setPayload(payload);
      const answer = new gateway.EvaluateResponse();
      answer.setResult(result);
      return answer.serializeBinary();
    },
    '/gateway.Gateway/Submit': async (bytes) => {
      const envelope = gateway.SubmitRequest.deserializeBinary(bytes).getPreparedTransaction();
      codes.set(channelId, await city.commit(channelId, envelope?.serializeBinary() ?? new Uint8Array(0)));
      return new gateway.SubmitResponse().serializeBinary();
    },
    '/gateway.Gateway/CommitStatus': async () => {
      const answer = new gateway.CommitStatusResponse();
      answer.setResult((codes.get(channelId) ?? 255) as 0);
      return answer.serializeBinary();
    },
  };
  const codes = new Map<string, number>();
  const client = {
    makeUnaryRequest(method: string, serialize: (value: unknown) => Buffer, deserialize: (value: Buffer) => unknown, argument: unknown, _options: unknown, callback: (error: unknown, value?: unknown) => void) {
      const handler = handlers[method];
      if (handler === undefined) throw new Error(`nobody answers ${method}`);
      void respond(() => handler(serialize(argument)), (answer) => deserialize(Buffer.from(answer)), callback);
    },
  } as unknown as GrpcClient;
  const { mspId, signer } = user;
  return connect({ client, identity: { mspId, credentials: signer.pem }, signer: signers.newPrivateKeySigner(signer.key) }).getNetwork(channelId).getContract(chaincode);
}

async function respond(run: () => Promise<Uint8Array>, read: (answer: Uint8Array) => unknown, tell: (error: unknown, value?: unknown) => void): Promise<void> {
  const [error, value] = await run().then(
    (answer) => [null, read(answer)] as const,
    (reason: unknown) => [serviceError(reason), undefined] as const,
  );
  tell(error, value);
}

/** As the client's transport gives errors; what stands behind it stays at hand. */
function serviceError(error: unknown): Error {
  const refused = error instanceof GatewayRefused ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(message), { code: refused?.code ?? status.INTERNAL, details: message, metadata: new Metadata(), refused });
}

function proposed(message: peer.SignedProposal | undefined): { signedProposal: { proposalBytes: Uint8Array; signature: Uint8Array } } {
  if (message === undefined) throw new Error('no proposed transaction');
  return { signedProposal: { proposalBytes: message.getProposalBytes_asU8(), signature: message.getSignature_asU8() } };
}

/** Waits for the refusal of a request. */
export async function refusalOf(request: Promise<unknown>): Promise<TestRefusal> {
  const error: unknown = await request.then(
    (value) => {
      throw new Error(`it was answered: ${String(value)}`);
    },
    (reason: unknown) => reason,
  );
  const cause = error instanceof Error && 'cause' in error ? error.cause : error;
  const refused = cause instanceof Error && 'refused' in cause ? cause.refused : undefined;
  if (!(refused instanceof GatewayRefused)) throw error;
  return { code: refused.code, message: refused.message, details: refused.details.map(({ mspId, message }) => `${mspId}: ${message}`) };
}

/** Approves a definition for organisations and puts it in force, by the calls of the official client. */
export async function deploy(
  city: TestCity,
  channelId: string,
  definition: TestDefinition & {
    /** By organisation the label of a chaincode of the city, or a package; without one it approves and runs nothing. */
    readonly packages: Readonly<Record<string, string | Uint8Array | undefined>>;
  },
): Promise<void> {
  const ports = city.ports();
  const lifecycleOf = (mspId: string, unit: string) => openContract(city, { mspId, signer: city.organisation(mspId).issue({ units: [unit] }) }, channelId, '_lifecycle', ports);
  const mspIds = Object.keys(definition.packages);
  for (const mspId of mspIds) await approveDefinition(lifecycleOf(mspId, 'admin'), mspId, definition, await installed(ports, mspId, definition.packages[mspId]));
  // Who did not approve does not endorse it.
  await commitDefinition(lifecycleOf(mspIds[0] ?? '', 'client'), definition, mspIds.length < city.organisations.size ? mspIds : []);
}

async function installed(ports: EndorserPorts, mspId: string, given: string | Uint8Array | undefined): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const put = await ports.packages.put(mspId, typeof given === 'string' ? Buffer.from(`${given}:code`) : given);
  if ('refused' in put) throw new Error(put.refused);
  return put.packageId;
}
