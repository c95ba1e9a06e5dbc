import { bytesEqual } from '@/lib/platform/pure/bytes';
import { prepareTransaction, type EndorsedResponse, type UnpackedProposal } from '../protocol';
import { askPeer, type PeerOutcome } from './ask-peer';
import type { ChaincodeInterest } from './chaincode-interest';
import { listPeers, readProposal, type GatewayRequest } from './evaluate-transaction';
import { findIdentity } from './find-identity';
import { GATEWAY_CODES, GatewayRefused, type PeerError } from './gateway-refused';
import { planOrganisations, type Candidate } from './plan-organisations';
import type { SimulationView, EndorserPorts } from './ports';

type Good = PeerOutcome & { readonly isGood: true };

/**
 * Collects the endorsements that a transaction needs: bytes of the Payload that the client signs
 * (internal/pkg/gateway/endorse.go). All organisations simulate on one and the same height. Throws {@link GatewayRefused}.
 */
export async function endorseTransaction(request: GatewayRequest, ports: EndorserPorts): Promise<Uint8Array> {
  const proposal = readProposal(request.signedProposal);
  const { channelId, specChaincodeName: name } = proposal;
  const view = await ports.openView(channelId);
  if (view === undefined) throw noChannel(request, channelId, name);
  try {
    const peers = new AskedPeers(request, view, ports);
    const endorsers = request.mspIds.length > 0 ? await peers.askNamed(request.mspIds, name) : await planned(request, { proposal, name, view, peers }, ports);
    return prepareTransaction(proposal, endorsers.map(toEndorsed));
  } finally {
    view.release();
  }
}

interface Planning {
  readonly proposal: UnpackedProposal;
  readonly name: string;
  readonly view: SimulationView;
  readonly peers: AskedPeers;
}

/** One peer first: what it simulates says whose endorsements are needed (planFromFirstEndorser). */
async function planned({ homeMspId }: GatewayRequest, { proposal, name, view, peers }: Planning, ports: EndorserPorts): Promise<Good[]> {
  const isSecret = proposal.transientMap.size > 0;
  const fallback: ChaincodeInterest = { chaincode: name, collection: undefined, readsNothing: false, keyPolicies: [], isKeysOnly: false };
  const isHome = (await listPeers(ports, view, homeMspId, name))[0] === homeMspId;
  if (isSecret && !isHome) {
    throw new GatewayRefused(GATEWAY_CODES.FAILED_PRECONDITION, "no endorsers found in the gateway's organization; retry specifying endorsing organization(s) to protect transient data");
  }
  const candidates = listCandidates(ports, view, homeMspId);
  const [firsts = []] = isHome ? [[homeMspId]] : await planOrganisations(ports, view, [fallback], candidates);
  const first = await peers.askFirst(firsts);
  const interest = first.interest.length > 0 ? first.interest : [fallback];
  const preferred = [...candidates].sort((a, b) => Number(b.mspId === first.mspId) - Number(a.mspId === first.mspId));
  const plans = await planSecretly(ports, view, { interest, isSecret }, preferred);
  return peers.satisfy(plans, first);
}

/** With transient data only members of the collections are asked, whatever of them was read. */
async function planSecretly(ports: EndorserPorts, view: SimulationView, { interest, isSecret }: { readonly interest: readonly ChaincodeInterest[]; readonly isSecret: boolean }, candidates: readonly Candidate[]): Promise<(readonly string[])[]> {
  const protectedCollections = isSecret ? interest.filter(({ collection, readsNothing }) => collection !== undefined && readsNothing).map(({ collection }) => collection) : [];
  if (protectedCollections.length === 0) return planOrganisations(ports, view, interest, candidates);
  try {
    return await planOrganisations(ports, view, interest.map((one) => ({ ...one, readsNothing: false })), candidates);
  } catch (error) {
    if (!(error instanceof GatewayRefused)) throw error;
    const isPossible = await planOrganisations(ports, view, interest, candidates).then(
      () => true,
      (second: unknown) => {
        if (second instanceof GatewayRefused) return false;
        throw second;
      },
    );
    if (!isPossible) throw error;
    throw new GatewayRefused(
      GATEWAY_CODES.FAILED_PRECONDITION,
      `requires endorsement from organisation(s) that are not in the distribution policy of the private data collection(s): [${protectedCollections.join(' ')}]; retry specifying trusted endorsing organizations to protect transient data`,
    );
  }
}

/** The answers of the organisations' peers to one proposal: each is asked at most once. */
class AskedPeers {
  readonly #asked = new Map<string, Promise<PeerOutcome>>();
  readonly #errors: PeerError[] = [];

  constructor(
    readonly request: GatewayRequest,
    readonly view: SimulationView,
    readonly ports: EndorserPorts,
  ) {}

  /** All that the client names, each of which has to agree. */
  async askNamed(mspIds: readonly string[], name: string): Promise<Good[]> {
    const available = await listPeers(this.ports, this.view, this.request.homeMspId, name);
    const missing = mspIds.filter((mspId) => !available.includes(mspId));
    if (missing.length > 0) throw new GatewayRefused(GATEWAY_CODES.UNAVAILABLE, `failed to find any endorsing peers for org(s): ${missing.join(', ')}`);
    return this.satisfy([[...new Set(mspIds)]]);
  }

  /** The first good answer. */
  async askFirst(mspIds: readonly string[]): Promise<Good> {
    for (const mspId of mspIds) {
      const outcome = await this.#ask(mspId);
      if (outcome.isGood) return outcome;
      this.#errors.push({ mspId, message: outcome.message });
    }
    throw new GatewayRefused(GATEWAY_CODES.ABORTED, 'failed to endorse transaction, see attached details for more info', this.#errors);
  }

  /** The answers of the first set whose peers all come to the same. */
  async satisfy(plans: readonly (readonly string[])[], first?: Good): Promise<Good[]> {
    const failed = new Set<string>();
    for (const plan of plans) {
      if (plan.some((mspId) => failed.has(mspId))) continue;
      const outcomes = await Promise.all(plan.map((mspId) => this.#ask(mspId)));
      const leading = first ?? outcomes.find((one) => one.isGood);
      const reasons = outcomes.map((one) => findFault(one, leading));
      if (reasons.every((reason) => reason === undefined)) return outcomes as Good[];
      for (const [index, message] of reasons.entries()) {
        const mspId = plan[index];
        if (message === undefined || mspId === undefined) continue;
        failed.add(mspId);
        this.#errors.push({ mspId, message });
      }
    }
    throw new GatewayRefused(GATEWAY_CODES.ABORTED, 'failed to collect enough transaction endorsements, see attached details for more info', this.#errors);
  }

  #ask(mspId: string): Promise<PeerOutcome> {
    const { request, view, ports } = this;
    const asked = this.#asked.get(mspId) ?? askPeer({ signedProposal: request.signedProposal, mspId, view }, ports);
    this.#asked.set(mspId, asked);
    return asked;
  }
}

/** What is wrong with an answer beside the first one: itself, or that it came to something else. */
function findFault(outcome: PeerOutcome, first: Good | undefined): string | undefined {
  if (!outcome.isGood) return outcome.message;
  return first !== undefined && bytesEqual(outcome.answer.payload, first.answer.payload) ? undefined : 'ProposalResponsePayloads do not match';
}

function toEndorsed({ answer: { payload, endorsement } }: Good): EndorsedResponse {
  if (endorsement === undefined) throw new GatewayRefused(GATEWAY_CODES.ABORTED, 'failed to assemble transaction: the proposal has no channel, and nobody endorses it');
  return { payload, endorsement };
}

function listCandidates(ports: EndorserPorts, view: SimulationView, preferred: string): Candidate[] {
  const candidates = view.organisations.flatMap(({ mspId }): Candidate[] => {
    const signer = ports.signerOf(mspId);
    const identity = signer && findIdentity(view.rules.msps, signer.serialized);
    return identity === undefined ? [] : [{ mspId, identity }];
  });
  return candidates.sort((a, b) => Number(b.mspId === preferred) - Number(a.mspId === preferred) || Buffer.compare(Buffer.from(a.mspId), Buffer.from(b.mspId)));
}

function noChannel({ mspIds }: GatewayRequest, channelId: string, name: string): GatewayRefused {
  if (mspIds.length > 0) return new GatewayRefused(GATEWAY_CODES.UNAVAILABLE, `failed to find any endorsing peers for org(s): ${mspIds.join(', ')}`);
  return new GatewayRefused(GATEWAY_CODES.FAILED_PRECONDITION, `no combination of peers can be derived which satisfy the endorsement policy: No metadata was found for chaincode ${name} in channel ${channelId}`);
}
