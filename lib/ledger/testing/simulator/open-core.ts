import { Consensus, type ConsensusStart } from '../../core/consensus/consensus';
import type { ConsensusPorts } from '../../core/consensus/effects';
import type { Tip } from './chain-entry';
import type { Kept } from './disk';
import { decodeBlock } from './tiny-block';
import type { World } from './world';

/** The machine under test, from what its peer finds on the disk; or the one that a test planted. */
export function openCore(world: World, peer: number, tip: Tip, { record, block, abstain }: Kept): Consensus {
  const { plant, plan, chain, voices, random } = world;
  const isForgetful = plant.forgetsRecord === true;
  const start: ConsensusStart = {
    chain,
    publicKey: voices.publicKeyOf(peer),
    head: { height: tip.height, hash: tip.hash },
    rules: tip.rules,
    ...(record === undefined || isForgetful ? {} : { record }),
    ...(block === undefined || isForgetful ? {} : { block }),
    ...(abstain === undefined ? {} : { abstain }),
    ...(abstain === 'unknown' ? { nonce: random.bytes(16) } : {}),
    timeouts: plan.timeouts,
  };
  const ports: ConsensusPorts = {
    sign: (statement) => voices.sign(peer, statement),
    verify: voices.verify,
    inspect: (bytes) => {
      const parsed = decodeBlock(bytes);
      return parsed === undefined ? undefined : { hash: voices.nameOf(bytes), height: parsed.height, previousHash: parsed.previousHash };
    },
  };
  return plant.createConsensus?.(start, ports) ?? new Consensus(start, ports);
}
