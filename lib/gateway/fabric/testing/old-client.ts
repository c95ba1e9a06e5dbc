import { createHash, X509Certificate } from 'node:crypto';
import { Client, credentials } from '@grpc/grpc-js';
import { common, discovery, orderer, peer } from '@hyperledger/fabric-protos';

type Bytes = Uint8Array<ArrayBufferLike>;

/** Who asks: bytes of a SerializedIdentity, and its signature. */
export interface OldUser {
  readonly serialized: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export interface OldClientOptions {
  /** PEM of the root that it believes. */
  readonly root: Buffer;
  /** PEM of what it shows itself; nobody has to know it. */
  readonly tls: { readonly cert: string; readonly key: string };
}

export interface AskDiscovery {
  /** What the request says the client's TLS certificate has for a hash; the true one by default. */
  readonly claimedHash?: Uint8Array;
  readonly hasCertificate?: boolean;
  readonly hasIdentity?: boolean;
}

/** Does what clients did before there was a gateway: asks discovery, each endorser, and an orderer, with Fabric's own classes. */
export class OldClient {
  private readonly clients = new Map<string, Client>();

  constructor(private readonly options: OldClientOptions) {}

  /** `address`: `host:port`. */
  async discover(address: string, user: OldUser, queries: readonly discovery.Query[], { claimedHash, hasCertificate = true, hasIdentity = true }: AskDiscovery = {}): Promise<discovery.QueryResult[]> {
    const authentication = new discovery.AuthInfo();
    if (hasIdentity) authentication.setClientIdentity(user.serialized);
    authentication.setClientTlsCertHash(claimedHash ?? createHash('sha256').update(new X509Certificate(this.options.tls.cert).raw).digest());
    const request = new discovery.Request();
    request.setAuthentication(authentication);
    request.setQueriesList([...queries]);
    return this.send(address, user, request.serializeBinary(), hasCertificate);
  }

  /** Any bytes as the payload of a signed request. */
  async send(address: string, user: OldUser, payload: Uint8Array, hasCertificate = true): Promise<discovery.QueryResult[]> {
    const signed = new discovery.SignedRequest();
    signed.setPayload(payload);
    signed.setSignature(user.sign(payload));
    const answer = await this.call('/discovery.Discovery/Discover', address, signed.serializeBinary(), hasCertificate);
    return discovery.Response.deserializeBinary(answer).getResultsList();
  }

  /** Asks one peer for its endorsement of a proposal. */
  async propose(address: string, user: OldUser, proposal: Uint8Array): Promise<peer.ProposalResponse> {
    const signed = new peer.SignedProposal();
    signed.setProposalBytes(proposal);
    signed.setSignature(user.sign(proposal));
    return peer.ProposalResponse.deserializeBinary(await this.call('/protos.Endorser/ProcessProposal', address, signed.serializeBinary()));
  }

  /** Has a proposal ordered with its endorsements; what the orderer says. */
  broadcast(address: string, user: OldUser, proposal: Uint8Array, responses: readonly peer.ProposalResponse[]): Promise<orderer.BroadcastResponse> {
    const payload = assemble(proposal, responses);
    const envelope = new common.Envelope();
    envelope.setPayload(payload);
    envelope.setSignature(user.sign(payload));
    const stream = this.dial(address, true).makeBidiStreamRequest<Bytes, Buffer>('/orderer.AtomicBroadcast/Broadcast', (bytes) => Buffer.from(bytes), (bytes) => bytes);
    return new Promise((resolve, reject) => {
      stream.on('data', (bytes: Buffer) => resolve(orderer.BroadcastResponse.deserializeBinary(bytes)));
      stream.on('error', reject);
      stream.write(envelope.serializeBinary());
      stream.end();
    });
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
  }

  private call(path: string, address: string, request: Bytes, hasCertificate = true): Promise<Buffer> {
    const client = this.dial(address, hasCertificate);
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest<Bytes, Buffer>(path, (bytes) => Buffer.from(bytes), (bytes) => bytes, request, (error, value) => (error === null ? resolve(value ?? Buffer.alloc(0)) : reject(error)));
    });
  }

  private dial(address: string, hasCertificate: boolean): Client {
    const name = `${address} ${hasCertificate}`;
    const { root, tls } = this.options;
    const known = this.clients.get(name) ?? new Client(address, hasCertificate ? credentials.createSsl(root, Buffer.from(tls.key), Buffer.from(tls.cert)) : credentials.createSsl(root));
    this.clients.set(name, known);
    return known;
  }
}

/** Bytes of the Payload that the client signs (protoutil/txutils.go, CreateSignedTx). */
function assemble(proposalBytes: Uint8Array, responses: readonly peer.ProposalResponse[]): Uint8Array {
  const proposal = peer.Proposal.deserializeBinary(proposalBytes);
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(responses[0]?.getPayload_asU8() ?? new Uint8Array(0));
  endorsed.setEndorsementsList(responses.map((one) => one.getEndorsement()).filter((one) => one !== undefined));
  const shown = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
  shown.clearTransientmapMap();
  const action = new peer.ChaincodeActionPayload();
  action.setChaincodeProposalPayload(shown.serializeBinary());
  action.setAction(endorsed);
  const one = new peer.TransactionAction();
  one.setHeader(header.getSignatureHeader_asU8());
  one.setPayload(action.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([one]);
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(transaction.serializeBinary());
  return payload.serializeBinary();
}
