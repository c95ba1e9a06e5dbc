import { bytesEqual } from '@/lib/platform/pure/bytes';
import { prepareTransaction, type EndorsedResponse, type UnpackedProposal } from '../protocol';
import type { PeerOutcome } from './ask-peer';
import type { ChaincodeInterest } from './chaincode-interest';
import { readProposal, type GatewayRequest } from './evaluate-transaction';
import { filterRunning, GatewayPeers, sortPeers, type GatewayPeer } from './gateway-peers';
import { GATEWAY_CODES, GatewayRefused, type PeerError } from './gateway-refused';
import { planEndorsers } from './plan-endorsers';
import type { SimulationView, EndorserPorts } from './ports';

type Good = PeerOutcome & { readonly isGood: true };

/**
 * Collects the endorsements that a transaction needs: bytes of the Payload that the client signs
 * (internal/pkg/gateway/endorse.go). Organisations with a peer here simulate on one and the same height, peers on other
 * hosts on a height that is no lower. Throws {@link GatewayRefused}.
 */
export async function endorseTransaction(request: GatewayRequest, ports: EndorserPorts): Promise<Uint8Array> {
  const { signedProposal, signal, mspIds } = request;
  const proposal = readProposal(signedProposal);
  const { channelId, specChaincodeName: name } = proposal;
  const view = await ports.openView(channelId);
  if (view === undefined) throw noChannel(request, channelId, name);
  try {
    const endorsement = new Endorsement(request, { proposal, name, view, peers: new GatewayPeers({ signedProposal, view, ports, signal }) });
    const endorsers = mspIds.length > 0 ? await endorsement.byNamed(mspIds) : await endorsement.byPlan();
    return prepareTransaction(proposal, endorsers.map(toEndorsed));
  } finally {
    view.release();
  }
}

interface Endorsing {
  readonly proposal: UnpackedProposal;
  readonly name: string;
  readonly view: SimulationView;
  readonly peers: GatewayPeers;
}

/** The search for peers that come to the same, and whose endorsements suffice. */
class Endorsement {
  readonly #errors: PeerError[] = [];
  /** By name, peers whose answer is no use. */
  readonly #failed = new Set<string>();
  #isSomebodyAway = false;

  constructor(
    readonly request: GatewayRequest,
    readonly endorsing: Endorsing,
  ) {}

  /** One peer of each organisation that the client names; all have to agree. */
  byNamed(mspIds: readonly string[]): Promise<Good[]> {
    const { name } = this.endorsing;
    const named = [...new Set(mspIds)];
    return this.#collect(async (peers) => {
      const running = sortPeers(await filterRunning(peers, name), this.request.homeMspId);
      const missing = named.filter((mspId) => !running.some((one) => one.mspId === mspId));
      if (missing.length > 0) throw new GatewayRefused(GATEWAY_CODES.UNAVAILABLE, `failed to find any endorsing peers for org(s): ${missing.join(', ')}`);
      return named.map((mspId) => running.find((one) => one.mspId === mspId)).filter((one) => one !== undefined);
    });
  }

  /** One peer first: what it simulates says whose endorsements are needed (planFromFirstEndorser). */
  async byPlan(): Promise<Good[]> {
    const { proposal, name, view } = this.endorsing;
    const isSecret = proposal.transientMap.size > 0;
    const fallback: ChaincodeInterest = { chaincode: name, collection: undefined, readsNothing: false, keyPolicies: [], isKeysOnly: false };
    const { first, outcome } = await this.#askFirst(fallback, isSecret);
    const interest = outcome.interest.length > 0 ? outcome.interest : [fallback];
    return this.#collect((peers) => {
      const sorted = sortPeers(peers, first.mspId);
      return planSecretly(view, { interest, isSecret }, sorted.sort((a, b) => Number(b.name === first.name) - Number(a.name === first.name)));
    }, outcome);
  }

  /** The first good answer, of a peer of the gateway's own organisation if there is one that runs the chaincode. */
  async #askFirst(fallback: ChaincodeInterest, isSecret: boolean): Promise<{ readonly first: GatewayPeer; readonly outcome: Good }> {
    const { name, view, peers } = this.endorsing;
    const { homeMspId } = this.request;
    let isHome = true;
    for (;;) {
      const candidates = await peers.widely(async (all) => {
        const home = (await filterRunning(all, name)).filter(({ mspId }) => mspId === homeMspId);
        const left = sortPeers(home, homeMspId).filter(({ name: one }) => !this.#failed.has(one));
        if (left.length === 0) throw new GatewayRefused(GATEWAY_CODES.FAILED_PRECONDITION, "no endorsers found in the gateway's organization; retry specifying endorsing organization(s) to protect transient data");
        return left;
      }, this.#asksAnew).catch((error: unknown) => {
        if (!(error instanceof GatewayRefused)) throw error;
        if (this.#failed.size > 0) throw this.#vain('failed to endorse transaction, see attached details for more info');
        if (isSecret) throw error;
        isHome = false;
        return peers.widely(async (all) => planEndorsers(view, [fallback], sortPeers(all, homeMspId)));
      });
      for (const first of candidates) {
        const outcome = await this.#ask(first, 'endorsement timeout expired while collecting first endorsement');
        if (outcome.isGood) return { first, outcome };
        this.#note(first, outcome.message);
      }
      if (!isHome) throw this.#vain('failed to endorse transaction, see attached details for more info');
    }
  }

  /** The answers of the first set of peers that all come to the same; `plan` throws {@link GatewayRefused} when none suffices. */
  async #collect(plan: (peers: readonly GatewayPeer[]) => Promise<readonly GatewayPeer[]>, first?: Good): Promise<Good[]> {
    let isFirstPlan = true;
    for (;;) {
      const chosen = await this.endorsing.peers.widely((peers) => plan(peers.filter((one) => !this.#failed.has(one.name))), this.#asksAnew).catch((error: unknown) => {
        if (isFirstPlan || !(error instanceof GatewayRefused)) throw error;
        throw this.#vain('failed to collect enough transaction endorsements, see attached details for more info');
      });
      isFirstPlan = false;
      const outcomes = await Promise.all(chosen.map((one) => this.#ask(one, 'endorsement timeout expired while collecting endorsements')));
      const leading = first ?? outcomes.find((one) => one.isGood);
      const faults = outcomes.map((one) => findFault(one, leading));
      if (faults.every((fault) => fault === undefined)) return outcomes as Good[];
      for (const [index, fault] of faults.entries()) {
        const peer = chosen[index];
        if (fault !== undefined && peer !== undefined) this.#note(peer, fault);
      }
    }
  }

  /** News help where somebody is missing, not where answers are of no use. */
  get #asksAnew(): boolean {
    return this.#failed.size === 0 || this.#isSomebodyAway;
  }

  async #ask(peer: GatewayPeer, timeout: string): Promise<PeerOutcome> {
    const outcome = await peer.ask();
    if (this.request.signal.aborted) throw new GatewayRefused(GATEWAY_CODES.DEADLINE_EXCEEDED, timeout);
    if (!outcome.isGood && outcome.code === GATEWAY_CODES.UNAVAILABLE) this.#isSomebodyAway = true;
    return outcome;
  }

  #note(peer: GatewayPeer, message: string): void {
    this.#failed.add(peer.name);
    this.#errors.push({ mspId: peer.mspId, address: peer.address, message });
  }

  #vain(message: string): GatewayRefused {
    return new GatewayRefused(GATEWAY_CODES.ABORTED, message, this.#errors);
  }
}

/** With transient data only members of the collections are asked, whatever of them was read. */
async function planSecretly(view: SimulationView, { interest, isSecret }: { readonly interest: readonly ChaincodeInterest[]; readonly isSecret: boolean }, candidates: readonly GatewayPeer[]): Promise<readonly GatewayPeer[]> {
  const protectedCollections = isSecret ? interest.filter(({ collection, readsNothing }) => collection !== undefined && readsNothing).map(({ collection }) => collection) : [];
  if (protectedCollections.length === 0) return planEndorsers(view, interest, candidates);
  try {
    return await planEndorsers(view, interest.map((one) => ({ ...one, readsNothing: false })), candidates);
  } catch (error) {
    if (!(error instanceof GatewayRefused)) throw error;
    const isPossible = await planEndorsers(view, interest, candidates).then(
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

/** What is wrong with an answer beside the first one: itself, or that it came to something else. */
function findFault(outcome: PeerOutcome, first: Good | undefined): string | undefined {
  if (!outcome.isGood) return outcome.message;
  return first !== undefined && bytesEqual(outcome.answer.payload, first.answer.payload) ? undefined : 'ProposalResponsePayloads do not match';
}

function toEndorsed({ answer: { payload, endorsement } }: Good): EndorsedResponse {
  if (endorsement === undefined) throw new GatewayRefused(GATEWAY_CODES.ABORTED, 'failed to assemble transaction: the proposal has no channel, and nobody endorses it');
  return { payload, endorsement };
}

function noChannel({ mspIds }: GatewayRequest, channelId: string, name: string): GatewayRefused {
  if (mspIds.length > 0) return new GatewayRefused(GATEWAY_CODES.UNAVAILABLE, `failed to find any endorsing peers for org(s): ${mspIds.join(', ')}`);
  return new GatewayRefused(GATEWAY_CODES.FAILED_PRECONDITION, `no combination of peers can be derived which satisfy the endorsement policy: No metadata was found for chaincode ${name} in channel ${channelId}`);
}
