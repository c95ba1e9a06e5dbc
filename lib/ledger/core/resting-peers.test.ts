import { expect, it } from 'vitest';
import type { Agreement } from './host-types';
import { RestingPeers, type RestingPeer } from './resting-peers';
import { chainId, type Hash } from './types';

const agreement = (name: string): Agreement => ({ finality: 'solo', validators: [name], quorum: 1, engineVersion: 1, evidence: [], refusedMessages: { malformed: 3 }, position: { height: 4, round: 0, step: 'idle', proposer: name } });
const resting = (name: string): RestingPeer => ({ publicKey: Uint8Array.of(1, 2), headHash: 'ab' as Hash, orders: true, stopped: undefined, agreement: agreement(name) });

it('peers that are not in use are remembered as they were, and those that agree alike share it', () => {
  const peers = new RestingPeers();
  const [one, two, three] = [chainId('one-1'), chainId('two-2'), chainId('three-3')];
  peers.set(one, resting('SIN'));
  peers.set(two, resting('SIN'));
  peers.set(three, resting('PAR'));
  const { position, refusedMessages, ...kept } = agreement('SIN');
  expect([position?.step, refusedMessages.malformed]).toEqual(['idle', 3]);
  expect(peers.get(one)).toEqual({ ...resting('SIN'), agreement: { ...kept, refusedMessages: {} } });
  expect(peers.get(one)?.agreement).toBe(peers.get(two)?.agreement);
  expect(peers.get(three)?.agreement.validators).toEqual(['PAR']);
  peers.delete(one);
  expect(peers.get(one)).toBeUndefined();
});
