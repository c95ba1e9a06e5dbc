import type { Client, ServiceError } from '@grpc/grpc-js';
import { common, gateway as gatewayMessages, orderer, peer } from '@hyperledger/fabric-protos';
import { createHash, randomBytes } from 'node:crypto';
import { embedded, int64, message } from '@/lib/platform/pure/wire';
import type { TestDoor } from './open-test-door';

export type Bytes = Uint8Array<ArrayBufferLike>;
export type Signer = ReturnType<TestDoor['city']['issue']>;

const asIs = (bytes: Bytes): Buffer => Buffer.from(bytes);

const within = (deadlineMs: number | undefined) => (deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs });

/** The answer of one call, or the error that came in its place. */
export function callUnary(client: Client, path: string, request: Bytes, deadlineMs?: number): Promise<Buffer | ServiceError> {
  return new Promise((resolve) => client.makeUnaryRequest<Bytes, Buffer>(path, asIs, (bytes) => bytes, request, within(deadlineMs), (error, value) => resolve(error ?? value ?? Buffer.alloc(0))));
}

/** Everything that a stream says to these requests, which are all that its client has to say. `deadlineMs`: so long it may go on. */
export function callStream(client: Client, path: string, requests: readonly Bytes[], deadlineMs?: number): Promise<{ readonly answers: readonly Buffer[]; readonly error: ServiceError | undefined }> {
  const call = client.makeBidiStreamRequest<Bytes, Buffer>(path, asIs, (bytes) => bytes, within(deadlineMs));
  const answers: Buffer[] = [];
  call.on('data', (bytes: Buffer) => void answers.push(bytes));
  for (const request of requests) call.write(request);
  call.end();
  return new Promise((resolve) => {
    call.on('error', (error: ServiceError) => resolve({ answers, error }));
    call.on('end', () => resolve({ answers, error: undefined }));
  });
}

/** The published classes have no type for times of their own. */
const headerWithTime = message('ChannelHeader', { timestamp: embedded(3, message('Timestamp', { seconds: int64(1) })) });

export interface Called {
  readonly channelId: string;
  readonly chaincode?: string;
  readonly args?: readonly string[];
}

/** A signed proposal, with Fabric's own classes. */
export function proposalOf(signer: Signer, { channelId, chaincode = 'basic', args = ['get', 'a'] }: Called): peer.SignedProposal {
  const nonce = randomBytes(24);
  const id = new peer.ChaincodeID();
  id.setName(chaincode);
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(id);
  const channelHeader = timedHeader(0);
  channelHeader.setType(3);
  channelHeader.setChannelId(channelId);
  channelHeader.setTxId(createHash('sha256').update(nonce).update(signer.serialized).digest('hex'));
  channelHeader.setExtension$(extension.serializeBinary());
  const input = new peer.ChaincodeInput();
  input.setArgsList(args.map((one) => Buffer.from(one)));
  const spec = new peer.ChaincodeSpec();
  spec.setType(1);
  spec.setChaincodeId(id);
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());
  const proposal = new peer.Proposal();
  proposal.setHeader(headerOf(channelHeader, signer, nonce).serializeBinary());
  proposal.setPayload(payload.serializeBinary());
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal.serializeBinary());
  signed.setSignature(signer.sign(proposal.serializeBinary()));
  return signed;
}

export interface Seek {
  readonly channelId: string;
  readonly from?: number;
  readonly to?: number;
  readonly failIfNotReady?: boolean;
  readonly ageMs?: number;
}

/** A signed request for blocks. */
export function seekOf(signer: Signer, { channelId, from = 0, to, failIfNotReady = false, ageMs = 0 }: Seek): Bytes {
  const position = (number: number) => {
    const specified = new orderer.SeekSpecified();
    specified.setNumber(number);
    const at = new orderer.SeekPosition();
    at.setSpecified(specified);
    return at;
  };
  const info = new orderer.SeekInfo();
  info.setStart(position(from));
  info.setStop(position(to ?? Number.MAX_SAFE_INTEGER));
  info.setBehavior(failIfNotReady ? 1 : 0);
  const channelHeader = timedHeader(ageMs);
  channelHeader.setType(5);
  channelHeader.setChannelId(channelId);
  return envelopeOf(signer, headerOf(channelHeader, signer, randomBytes(24)), info.serializeBinary());
}

/** An envelope of a client, signed. */
export function envelopeOf(signer: Signer, header: common.Header, data: Bytes): Bytes {
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(data);
  return signEnvelope(signer, payload.serializeBinary());
}

export function signEnvelope(signer: Signer, payload: Bytes): Bytes {
  const envelope = new common.Envelope();
  envelope.setPayload(payload);
  envelope.setSignature(signer.sign(payload));
  return envelope.serializeBinary();
}

export function signedStatusRequest(signer: Signer, channelId: string, transactionId: string): Bytes {
  const request = new gatewayMessages.CommitStatusRequest();
  request.setChannelId(channelId);
  request.setTransactionId(transactionId);
  request.setIdentity(signer.serialized);
  const signed = new gatewayMessages.SignedCommitStatusRequest();
  signed.setRequest(request.serializeBinary());
  signed.setSignature(signer.sign(request.serializeBinary()));
  return signed.serializeBinary();
}

export function signedEventsRequest(signer: Signer, channelId: string): Bytes {
  const request = new gatewayMessages.ChaincodeEventsRequest();
  request.setChannelId(channelId);
  request.setChaincodeId('basic');
  request.setIdentity(signer.serialized);
  const signed = new gatewayMessages.SignedChaincodeEventsRequest();
  signed.setRequest(request.serializeBinary());
  signed.setSignature(signer.sign(request.serializeBinary()));
  return signed.serializeBinary();
}

function timedHeader(ageMs: number): common.ChannelHeader {
  return common.ChannelHeader.deserializeBinary(headerWithTime.encode({ timestamp: { seconds: BigInt(Math.floor((Date.now() - ageMs) / 1_000)) } }));
}

function headerOf(channelHeader: common.ChannelHeader, signer: Signer, nonce: Bytes): common.Header {
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(signer.serialized);
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  return header;
}
