import type { RemotePeer } from '../channel-peers';
import { sha256 } from '../../../core/crypto';
import { mspIdOfImplicitCollection } from '../lifecycle';
import { signOffer } from '../private-data/private-offer';
import type { IdentitySigner } from '../protocol';
import { decodePrivateRwset, encodePrivateRwset } from '../state';
import { isMember } from '../policy/is-member';
import { findMemberPolicy } from './collection-access';
import { lifecycleOf } from './lifecycle-of-view';
import { ExecutionFailed } from './execution-failed';
import { findPeerHere } from './find-identity';
import type { EndorserPorts, SimulationView } from './ports';

export interface EndorsedPlaintext {
  readonly view: SimulationView;
  /** Whose peer simulated, and its key. */
  readonly mspId: string;
  readonly signer: IdentitySigner;
  readonly txId: string;
  /** Bytes of the TxPvtReadWriteSet. */
  readonly privateRwset: Uint8Array;
}

/** Whom the plaintext of one collection goes to. */
interface Dissemination {
  readonly namespace: string;
  readonly collection: string;
  readonly required: number;
  readonly max: number;
  readonly plaintext: Uint8Array;
}

/** As the defaults of implicitCollectionDisseminationPolicy in sampleconfig/core.yaml: other peers of the own organisation. */
const ofOwnImplicit = { required: 0, max: 1 };

/**
 * Gives the private data of a simulation to other members of its collections before anybody hears of the endorsement
 * (gossip/privdata/distributor.go): to at most `maxPeerCount` peers on other hosts, one of each organisation first, and
 * waits until `requiredPeerCount` have it. A peer of another organisation on this host counts as one that has it: what is
 * kept here is kept for all of them. Throws {@link ExecutionFailed} in Fabric's words.
 */
export async function distributePlaintext(endorsed: EndorsedPlaintext, ports: EndorserPorts): Promise<void> {
  const { view, txId, privateRwset } = endorsed;
  const plans = decodePrivateRwset(privateRwset).namespaces.flatMap(({ namespace, collections }) => collections.flatMap((one) => planOf(endorsed, namespace, one)));
  if (plans.length === 0) return;
  const failed = (why: string) => new ExecutionFailed(`failed to distribute private collection, txID ${txId}, channel ${view.channelId}: ${why}`);
  const found = await Promise.all(plans.map((one) => findEligible(one, endorsed, ports)));
  for (const { plan: one, here, there } of found) {
    if (here + there.length >= one.required) continue;
    throw failed(
      `could not build private data dissemination plan for chaincode ${one.namespace} and collection ${one.collection}: ` +
        `required to disseminate to at least ${one.required} peers, but know of only ${here + there.length} eligible peers`,
    );
  }
  const missing = await Promise.all(found.map((one) => give(one, endorsed, ports)));
  const failures = missing.reduce((sum, count) => sum + count, 0);
  const tried = found.reduce((sum, { plan: { max }, here, there }) => sum + Math.min(max, here + there.length), 0);
  if (failures > 0) throw failed(`Failed disseminating ${failures} out of ${tried} private dissemination plans`);
}

function planOf({ view, mspId }: EndorsedPlaintext, namespace: string, { collection, rwset }: { readonly collection: string; readonly rwset: Uint8Array }): Dissemination[] {
  const counts = countsOf(view, mspId, namespace, collection);
  if (counts.max === 0) return [];
  return [{ namespace, collection, ...counts, plaintext: encodePrivateRwset({ namespaces: [{ namespace, collections: [{ collection, rwset }] }] }) }];
}

function countsOf(view: SimulationView, mspId: string, namespace: string, collection: string): Pick<Dissemination, 'required' | 'max'> {
  const implicit = mspIdOfImplicitCollection(collection);
  if (implicit !== undefined) return implicit === mspId ? ofOwnImplicit : { required: 0, max: 0 };
  const found = lifecycleOf(view).find(namespace)?.collections.find(({ name }) => name === collection);
  return { required: found?.requiredPeerCount ?? 0, max: found?.maxPeerCount ?? 0 };
}

interface Eligible {
  readonly plan: Dissemination;
  /** Members' peers on this host, without the one that endorses. */
  readonly here: number;
  /** In the order in which they are given it. */
  readonly there: readonly RemotePeer[];
}

async function findEligible(plan: Dissemination, { view, mspId, txId }: EndorsedPlaintext, ports: EndorserPorts): Promise<Eligible> {
  const policy = findMemberPolicy(view, plan.namespace, plan.collection);
  const here = view.organisations.filter((one) => {
    const identity = one.mspId === mspId ? undefined : findPeerHere(ports, view, one.mspId);
    return identity !== undefined && isMember(policy, identity);
  }).length;
  const order = (peers: readonly RemotePeer[]) => inTurns(peers.filter(({ identity }) => isMember(policy, identity)), txId);
  const known = order(await ports.elsewhere.known(view));
  return { plan, here, there: here + known.length >= plan.required ? known : order(await ports.elsewhere.fresh(view)) };
}

/** One of each organisation first; which ones differs from transaction to transaction. */
function inTurns(peers: readonly RemotePeer[], txId: string): RemotePeer[] {
  const rankOf = ({ hostId, mspId }: RemotePeer) => sha256(Buffer.from(`${txId} ${hostId} ${mspId}`, 'utf8'));
  const shuffled = peers.map((peer) => ({ peer, rank: rankOf(peer) })).sort((a, b) => Buffer.compare(a.rank, b.rank));
  const seen = new Map<string, number>();
  const rounds = shuffled.map(({ peer }) => {
    const round = seen.get(peer.mspId) ?? 0;
    seen.set(peer.mspId, round + 1);
    return { peer, round };
  });
  return rounds.sort((a, b) => a.round - b.round).map(({ peer }) => peer);
}

/** How many of those that must have it are missing. Who need not have it is not waited for. */
async function give({ plan: { required, max, plaintext }, here, there }: Eligible, { signer, txId }: EndorsedPlaintext, ports: EndorserPorts): Promise<number> {
  const giveTo = (peer: RemotePeer): Promise<boolean> =>
    peer.keep(({ chain, hostId }) => signOffer({ chain, from: ports.hostId, to: hostId, txId, plaintext }, signer), ports.signal).then(
      () => true,
      () => false,
    );
  let missing = Math.max(0, required - here);
  let left = there.map((peer) => () => giveTo(peer));
  for (let size = max; ; size = missing) {
    const given = left.slice(0, size).map((start) => start());
    left = left.slice(size);
    missing -= await countUpTo(given, missing);
    // Some were away: others may have it as well.
    if (missing === 0 || left.length === 0) return missing;
  }
}

/** Resolves with how many of them are true, as soon as so many are or all are known. */
function countUpTo(answers: readonly Promise<boolean>[], enough: number): Promise<number> {
  if (enough === 0 || answers.length === 0) return Promise.resolve(0);
  return new Promise((resolve) => {
    let good = 0;
    let known = 0;
    for (const answer of answers) {
      void answer.then((isGood) => {
        known += 1;
        if (isGood) good += 1;
        if (good >= enough || known === answers.length) resolve(Math.min(good, enough));
      });
    }
  });
}
