import { bytesEqual } from '@/lib/platform/pure/bytes';
import { WireError } from '@/lib/platform/pure/wire';
import { discoveryRequest, discoveryResponse, signedDiscoveryRequest, type DiscoveryQuery } from '../discovery';
import { checkPrincipal } from '../msp/check-principal';
import type { MspManager } from '../msp/create-msp-manager';
import type { Identity } from '../msp/msp';
import { validIdentities, type SignedData } from '../policy/valid-identities';
import { refuseQuota, takeRequest } from './admit';
import { answerChannelPeers, answerConfiguration, answerEndorsers, answerLocalPeers, answerWithError } from './discovery-answers';
import { decodeRequest } from './messages';
import { mspIdOf } from './msp-id-of';
import type { ServiceCall, ServicePorts } from './ports';
import { SERVICE_CODES, ServiceRefused } from './service-refused';

/** Who may ask about a channel, whatever its access rules are (internal/peer/node/start.go, createDiscoveryService). */
const ACCESS_POLICY = '/Channel/Application/Writers';

/**
 * discovery.Discovery/Discover (discovery/service.go): one answer for each question, which is an error in Fabric's words where
 * there is none. What is no request at all is refused.
 */
export async function discover(ports: ServicePorts, bytes: Uint8Array, { tlsCertificateHash }: ServiceCall): Promise<Uint8Array> {
  const { payload, signature } = decodeRequest(signedDiscoveryRequest, bytes);
  const { authentication, queries } = readRequest(payload);
  if (authentication === undefined) throw refused('access denied, no authentication info in request');
  const { clientIdentity: identity, clientTlsCertHash } = authentication;
  if (identity.length === 0) throw refused("access denied, client identity wasn't supplied");
  // It binds the request to its connection: nobody else can use it.
  if (tlsCertificateHash === undefined) throw refused("client didn't send a TLS certificate");
  if (!bytesEqual(tlsCertificateHash, clientTlsCertHash)) throw refused("client claimed TLS hash doesn't match computed TLS hash from gRPC stream");
  const asker = new Asker({ data: payload, identity, signature });
  const results: Uint8Array[] = [];
  for (const query of queries) {
    results.push(query.channel === '' ? answerLocally(ports, query, asker) : await answerInChannel(ports, query, asker));
    await ports.yieldTurn();
  }
  return discoveryResponse.encode({ results });
}

/** Who signed a request. A signature is verified once for each list of organisations, however many questions it stands under. */
class Asker {
  readonly #known = new Map<MspManager, Identity | undefined>();

  constructor(readonly signed: SignedData) {}

  in(msps: MspManager): Identity | undefined {
    if (!this.#known.has(msps)) this.#known.set(msps, validIdentities([this.signed], msps)[0]);
    return this.#known.get(msps);
  }
}

type Kind = 'endorsers' | 'configuration' | 'peers' | 'local-peers' | 'unknown';

function kindOf({ chaincodeQuery, configQuery, peerQuery, localPeers }: DiscoveryQuery): Kind {
  if (chaincodeQuery !== undefined) return 'endorsers';
  if (configQuery !== undefined) return 'configuration';
  if (peerQuery !== undefined) return 'peers';
  return localPeers === undefined ? 'unknown' : 'local-peers';
}

async function answerInChannel(ports: ServicePorts, query: DiscoveryQuery, asker: Asker): Promise<Uint8Array> {
  const channel = ports.findChannel(query.channel);
  const rules = channel?.configuration().rules;
  const identity = rules && asker.in(rules.msps);
  if (channel === undefined || rules === undefined || identity === undefined || rules.policies.getPolicy(ACCESS_POLICY).evaluate([identity]) !== undefined) return denied();
  takeRequest(channel, ports);
  switch (kindOf(query)) {
    case 'endorsers': {
      const interests = query.chaincodeQuery?.interests ?? [];
      // Each is work of its own.
      for (const _ of interests.slice(1)) takeRequest(channel, ports);
      return answerEndorsers(ports, query.channel, interests);
    }
    case 'configuration':
      return answerConfiguration(ports, query.channel);
    case 'peers':
      return answerChannelPeers(ports, query.channel, query.peerQuery?.filter?.chaincodes ?? []);
    default:
      return unknownKind();
  }
}

/** Each organisation's administrators ask about its own peer (core.yaml, peer.discovery.orgMembersAllowedAccess: false). */
function answerLocally(ports: ServicePorts, query: DiscoveryQuery, asker: Asker): Uint8Array {
  const mspId = mspIdOf(asker.signed.identity);
  const msps = ports.endorser.localMsps(mspId);
  const identity = msps && asker.in(msps);
  if (identity === undefined || checkPrincipal(identity, { kind: 'role', mspId, role: 'admin' }) !== undefined) return denied();
  const refusal = ports.takeLocalRequest(mspId);
  if (refusal !== undefined) throw refuseQuota(refusal);
  return kindOf(query) === 'local-peers' ? answerLocalPeers(ports, mspId) : unknownKind();
}

function denied(): Uint8Array {
  return answerWithError('access denied');
}

function unknownKind(): Uint8Array {
  return answerWithError('unknown or missing request type');
}

function readRequest(payload: Uint8Array) {
  try {
    return discoveryRequest.decode(payload);
  } catch (error) {
    if (error instanceof WireError) throw refused(`failed parsing request: proto: ${error.message}`);
    throw error;
  }
}

/** Go's errors without a code of their own. */
function refused(message: string): ServiceRefused {
  return new ServiceRefused(SERVICE_CODES.UNKNOWN, message);
}
