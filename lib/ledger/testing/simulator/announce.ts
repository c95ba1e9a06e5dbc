import { indexOfValidator } from '../../core/consensus/rules';
import type { ChainEntry } from './chain-entry';
import { peerOf, type World } from './world';

/**
 * Whom a peer tells of a block that it has durably: those whose signature is not on it, who may know nothing of it (a
 * follower, a validator that has just become one). Who signed may not have seen it decided, and gets no answer from those
 * whom a change put out of office: such a block is told to everybody. Who had no vote tells nobody.
 */
export function whomToTell({ peers, voices }: World, self: number, { rules, block, certificate }: ChainEntry): number[] {
  if (indexOfValidator(rules, voices.publicKeyOf(self)) < 0) return [];
  const isChange = block.nextRules.length > 0;
  const knowing = new Set(isChange ? [] : certificate.signatures.map(({ validator }) => rules.validators[validator]).map((one) => (one === undefined ? -1 : peerOf(one.name))));
  return Array.from({ length: peers }, (_, peer) => peer).filter((peer) => peer !== self && !knowing.has(peer));
}
