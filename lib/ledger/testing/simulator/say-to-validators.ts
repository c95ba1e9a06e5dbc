import { indexOfValidator, type ChainRules } from '../../core/consensus/rules';
import type { Peer } from './peer';
import { peerOf, type World } from './world';

/** A message of the agreement to one validator, by its place, or to all others; the power may go between two of the lines that a vote is sent on. */
export function sayToValidators(world: World, peer: Peer, { rules, to, bytes }: { readonly rules: ChainRules; readonly to: number | 'all'; readonly bytes: Uint8Array }): void {
  const { plan, random, checks } = world;
  const { validators } = rules;
  const place = indexOfValidator(rules, peer.publicKey);
  if (peer.isHonest) checks.sends(peer.index, place, bytes);
  const isVote = bytes[1] === 2 || bytes[1] === 3;
  const canCrash = isVote && peer.isHonest && !world.isStable() && bytes[2] === place;
  const isLast = canCrash && random.chance(plan.crash.afterVote);
  let reached = isLast ? random.below(validators.length + 1) : validators.length;
  validators.forEach(({ name }, other) => {
    if (other === place || (to !== 'all' && other !== to) || (reached -= 1) < 0) return;
    peer.send(peerOf(name), { kind: 'consensus', bytes });
  });
  if (!isLast) return;
  peer.crash();
  world.queue.later(5 + random.below(plan.crash.downMsMax), () => {
    if (!peer.isUp) peer.start();
  });
}
