import { setTimeout as delay } from 'node:timers/promises';
import { controlClientOf } from '@/lib/city-nodes';
import { validatorsOf } from '@/lib/control';
import type { StepContext, StepOutcome } from '@/lib/operations';
import { AppError } from '@/lib/platform';
import { listCities, loadSubChain, peerName, type LoadedPeer, type LoadedSubChain } from '../load-sub-chain';
import type { ChangeFinalityInput } from '../operation-input';
import { approveChange } from './approve-change';

const pollMs = 200;
/** Of one try; further tries follow. */
const waitMsMax = 4_000;

/**
 * Until every peer, also one that was behind, says that the new rules hold for its next block. Each try asks those that
 * lack them once more: an approval asks for its block only for a while, and a quorum may have been away longer.
 */
export async function awaitChangeStep(context: StepContext<ChangeFinalityInput>): Promise<StepOutcome> {
  const { input, signal } = context;
  const subChain = await loadSubChain(input.applicationId);
  const endMs = Date.now() + waitMsMax;
  for (let isFirst = true; ; isFirst = false) {
    const looks = await Promise.all(subChain.peers.map(async (peer) => ({ peer, ...(await look(subChain, peer, input, signal)) })));
    const missing = looks.filter(({ height }) => height === undefined).map(({ peer }) => peer);
    if (missing.length === 0) {
      const height = Math.min(...looks.map((one) => one.height ?? 0));
      return { result: { height }, message: `In force on all ${looks.length} peers.` };
    }
    // One that does not answer is asked by the next try.
    if (isFirst) await Promise.allSettled(missing.map((peer) => approveChange(subChain, peer, context)));
    if (Date.now() >= endMs) throw notYet(missing, looks.length, looks.find(({ error }) => error !== undefined)?.error);
    await delay(pollMs, undefined, { signal });
  }
}

/** The peer's height once the rules hold there. One that does not answer is not there yet; why stands in `error`. */
async function look(subChain: LoadedSubChain, peer: LoadedPeer, { to }: ChangeFinalityInput, signal: AbortSignal): Promise<{ height?: number; error?: unknown }> {
  try {
    const status = await controlClientOf(peer.host).peerStatus(peerName(subChain, peer), { signal });
    const isThere = status.finality === to && status.validators === validatorsOf(to, subChain.peers.length);
    return isThere ? { height: status.height } : {};
  } catch (error) {
    signal.throwIfAborted();
    return { error };
  }
}

function notYet(missing: readonly LoadedPeer[], peers: number, cause: unknown): AppError<'UNAVAILABLE'> {
  const publicMessage = `In force on ${peers - missing.length} of ${peers} peers; waiting for ${listCities(missing)}.`;
  return new AppError('UNAVAILABLE', { what: 'peers' }, { publicMessage, cause });
}
