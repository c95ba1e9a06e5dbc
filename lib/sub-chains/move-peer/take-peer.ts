import { setTimeout as delay } from 'node:timers/promises';
import { controlClientOf } from '@/lib/city-nodes';
import type { HomeStatus, PeerHomeName } from '@/lib/control';
import type { StepContext, StepOutcome } from '@/lib/operations';
import { AppError } from '@/lib/platform';
import { peerName } from '../load-sub-chain';
import type { MovePeerInput } from '../operation-input';
import { loadMovingPeer } from './load-moving-peer';

const pollMs = 200;
/** Of one try; further tries follow, and the host goes on meanwhile. */
const waitMsMax = 10_000;

const homeWords: Record<PeerHomeName, string> = { own: 'a process of its own', shared: 'the city node’s process' };
const stageWords: Record<NonNullable<HomeStatus['moving']>['stage'], string> = {
  copying: 'Its ledger is copied; clients notice nothing.',
  closing: 'The last blocks go over; clients wait for a moment.',
  settling: 'The last blocks go over; clients wait for a moment.',
  switching: 'It changes over.',
  clearing: 'It is there; what it left is cleared away.',
};

/**
 * Has the host take the peer there, and follows it until it is. The host carries the move out by itself; one whose process
 * ended meanwhile has the peer at one of the two homes, and is asked again.
 */
export async function takePeerStep({ input, signal, report }: StepContext<MovePeerInput>): Promise<StepOutcome> {
  const { to } = input;
  const { subChain, peer } = await loadMovingPeer(input);
  const client = controlClientOf(peer.host);
  const name = peerName(subChain, peer);
  const endMs = Date.now() + waitMsMax;
  let told = '';
  for (let home = await client.movePeer(name, to, { signal }); ; home = (await client.peerStatus(name, { signal })).home) {
    if (home.at === to && home.moving === undefined) return { message: `The peer in ${peer.cityNode.city} runs in ${homeWords[to]}.` };
    if (home.moving === undefined) throw stays(peer.cityNode.city, home.problem);
    const words = stageWords[home.moving.stage];
    if (words !== told) await report(words);
    told = words;
    if (Date.now() >= endMs) throw new AppError('UNAVAILABLE', { what: 'move' }, { publicMessage: words });
    await delay(pollMs, undefined, { signal });
  }
}

/** With a reason it is the host's last word; without one its process began anew. */
function stays(city: string, problem: string | undefined): AppError {
  if (problem === undefined) return new AppError('UNAVAILABLE', { what: 'move' }, { publicMessage: `The host of ${city} began anew during the move.` });
  return new AppError('CONFLICT', { subject: 'peer' }, { publicMessage: problem });
}
