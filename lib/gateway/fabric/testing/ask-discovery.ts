import { createHash, X509Certificate } from 'node:crypto';
import { Client, credentials } from '@grpc/grpc-js';
import { discovery, peer } from '@hyperledger/fabric-protos';
import type { FabricTestCity } from '@/lib/ledger/testing';
import type { TestDoor } from './open-test-door';

type User = ReturnType<FabricTestCity['issue']>;

export interface AskDiscovery {
  readonly user?: User;
  /** What the request says the client's TLS certificate has for a hash; the true one by default. */
  readonly claimedHash?: Uint8Array;
  readonly hasCertificate?: boolean;
  readonly hasIdentity?: boolean;
}

/** Asks the door's discovery service as the old clients do, with Fabric's own classes. */
export class DiscoveryClient {
  private readonly certificate;
  private readonly clients = new Map<boolean, Client>();

  constructor(private readonly test: TestDoor) {
    this.certificate = test.city.issueTls();
  }

  async ask(queries: readonly discovery.Query[], { user = this.test.city.issue('Org1MSP', 'client'), claimedHash, hasCertificate = true, hasIdentity = true }: AskDiscovery = {}): Promise<discovery.QueryResult[]> {
    const authentication = new discovery.AuthInfo();
    if (hasIdentity) authentication.setClientIdentity(user.serialized);
    authentication.setClientTlsCertHash(claimedHash ?? createHash('sha256').update(new X509Certificate(this.certificate.cert).raw).digest());
    const request = new discovery.Request();
    request.setAuthentication(authentication);
    request.setQueriesList([...queries]);
    return this.send(request.serializeBinary(), user, hasCertificate);
  }

  /** Any bytes as the payload of a request that is signed. */
  async send(payload: Uint8Array, user: User, hasCertificate = true): Promise<discovery.QueryResult[]> {
    const signed = new discovery.SignedRequest();
    signed.setPayload(payload);
    signed.setSignature(user.sign(payload));
    const client = this.dial(hasCertificate);
    const answer = await new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest<Uint8Array, Buffer>('/discovery.Discovery/Discover', (bytes) => Buffer.from(bytes), (bytes) => bytes, signed.serializeBinary(), (error, value) => (error === null ? resolve(value ?? Buffer.alloc(0)) : reject(error)));
    });
    return discovery.Response.deserializeBinary(answer).getResultsList();
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
  }

  private dial(hasCertificate: boolean): Client {
    const known = this.clients.get(hasCertificate);
    if (known !== undefined) return known;
    const { root, door } = this.test;
    const { cert, key } = this.certificate;
    const client = new Client(`localhost:${door.port}`, hasCertificate ? credentials.createSsl(root, Buffer.from(key), Buffer.from(cert)) : credentials.createSsl(root));
    this.clients.set(hasCertificate, client);
    return client;
  }
}

export function configQuery(channelId: string): discovery.Query {
  const query = new discovery.Query();
  query.setChannel(channelId);
  query.setConfigQuery(new discovery.ConfigQuery());
  return query;
}

export function peersQuery(channelId: string, chaincodes: readonly peer.ChaincodeCall[] = []): discovery.Query {
  const query = new discovery.Query();
  query.setChannel(channelId);
  const membership = new discovery.PeerMembershipQuery();
  membership.setFilter(interestIn(chaincodes));
  query.setPeerQuery(membership);
  return query;
}

export function localPeersQuery(channelId = ''): discovery.Query {
  const query = new discovery.Query();
  query.setChannel(channelId);
  query.setLocalPeers(new discovery.LocalPeerQuery());
  return query;
}

export function endorsersQuery(channelId: string, interests: readonly (readonly peer.ChaincodeCall[])[]): discovery.Query {
  const query = new discovery.Query();
  query.setChannel(channelId);
  const wanted = new discovery.ChaincodeQuery();
  wanted.setInterestsList(interests.map(interestIn));
  query.setCcQuery(wanted);
  return query;
}

export function callOf(name: string, collections: readonly string[] = []): peer.ChaincodeCall {
  const call = new peer.ChaincodeCall();
  call.setName(name);
  call.setCollectionNamesList([...collections]);
  return call;
}

function interestIn(chaincodes: readonly peer.ChaincodeCall[]): peer.ChaincodeInterest {
  const interest = new peer.ChaincodeInterest();
  interest.setChaincodesList([...chaincodes]);
  return interest;
}
